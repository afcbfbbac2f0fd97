"""An OpenID issuer in a process of its own, shaped as Microsoft Entra ID: discovery, keys, sign-in
page, codes with PKCE, tokens. `python -m tests.support.issuer <port>` runs it; `Issuer` drives it.

What only tests may ask stands below `/test/`: other keys, a token of any claims, an outage.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.support.studio import free_port

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SECRET = "s3cret~of/the+application"
PEOPLE = {
    "grace": {
        "oid": "0f0f0f0f-0000-4000-8000-000000000001",
        "name": "Grace Hopper",
        "preferred_username": "grace@example.org",
        "email": "grace@example.org",
    },
    "owner": {
        "oid": "0f0f0f0f-0000-4000-8000-000000000002",
        "name": "Olive Owner",
        "preferred_username": "olive@example.org",
        "roles": ["Forebay.Owner"],
    },
}


class State:
    """What the issuer remembers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: dict[str, Any] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.out = False
        self.rotate()

    @property
    def issuer(self) -> str:
        return f"{self.url}/{TENANT}/v2.0"

    def rotate(self) -> None:
        number = len(self.calls) + len(self.keys)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.keys = {f"rsa-{number}": key, f"ec-{number}": ec.generate_private_key(ec.SECP256R1())}

    def sign(self, claims: dict[str, Any], kind: str = "rsa", **header: Any) -> str:
        kid = next(name for name in self.keys if name.startswith(kind))
        algorithm = {"rsa": "RS256", "ec": "ES256"}[kind]
        return jwt.encode(claims, self.keys[kid], algorithm, headers={"kid": kid, **header})

    def jwks(self) -> dict[str, Any]:
        listed = []
        for kid, key in self.keys.items():
            kind = (
                jwt.algorithms.RSAAlgorithm if kid.startswith("rsa") else jwt.algorithms.ECAlgorithm
            )
            listed.append({**json.loads(kind.to_jwk(key.public_key())), "kid": kid, "use": "sig"})
        return {"keys": listed}

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": self.issuer, "tid": TENANT, "iat": now, "nbf": now, "exp": now + 600, **more}


class Handler(BaseHTTPRequestHandler):
    state: State

    def log_message(self, *args: Any) -> None: ...

    def answer(self, status: int, body: Any, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        kind = "text/html; charset=utf-8" if isinstance(body, str) else "application/json"
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(raw)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def do_GET(self) -> None:
        path, state = urlsplit(self.path).path, self.state
        if not path.startswith("/test/"):
            state.calls.append(path)
            if state.out:
                return self.answer(503, {"error": "out"})
        if path == f"/{TENANT}/v2.0/.well-known/openid-configuration":
            base = f"{state.url}/{TENANT}"
            return self.answer(
                200,
                {
                    "issuer": state.issuer,
                    "jwks_uri": f"{base}/discovery/v2.0/keys",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                    "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                },
            )
        if path == f"/{TENANT}/discovery/v2.0/keys":
            return self.answer(200, state.jwks())
        if path == f"/{TENANT}/oauth2/v2.0/authorize":
            return self.authorize()
        if path == "/favicon.ico":
            return self.answer(200, "")
        if path == "/test/calls":
            return self.answer(200, state.calls)
        return self.answer(404, {"error": "nothing here"})

    def authorize(self) -> None:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and asked["nonce"] and asked["state"]
        who = asked.pop("who", "")
        if not who:
            links = "".join(
                f'<p><a href="?{html.escape(urlencode({**asked, "who": name}))}">{name}</a></p>'
                for name in [*PEOPLE, "nobody"]
            )
            return self.answer(
                200, f"<title>Pick an account</title><h1>Pick an account</h1>{links}"
            )
        if who == "nobody":
            back = {"error": "access_denied", "error_description": "AADSTS65004: said no\nTrace: x"}
        else:
            code = hashlib.sha256(json.dumps([who, asked]).encode()).hexdigest()
            self.state.codes[code] = {"who": who, **asked}
            back = {"code": code}
        url = f"{asked['redirect_uri']}?{urlencode({**back, 'state': asked['state']})}"
        return self.answer(302, "", Location=url)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path, state = urlsplit(self.path).path, self.state
        if path == "/test/rotate":
            state.rotate()
            return self.answer(200, {})
        if path == "/test/out":
            state.out = json.loads(raw)
            return self.answer(200, {})
        if path == "/test/token":
            asked = json.loads(raw)
            claims = {k: v for k, v in state.claims(**asked["claims"]).items() if v is not None}
            return self.answer(200, state.sign(claims, asked.get("kind", "rsa")))
        if path == f"/{TENANT}/oauth2/v2.0/token":
            state.calls.append(path)
            return self.token({k: v[0] for k, v in parse_qs(raw).items()})
        return self.answer(404, {"error": "nothing here"})

    def token(self, form: dict[str, str]) -> None:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            told = "AADSTS7000215: Invalid client secret provided.\nTrace: x"
            return self.answer(401, {"error": "invalid_client", "error_description": told})
        state = self.state
        if form["grant_type"] == "client_credentials":
            token = state.sign(state.claims(aud=CLIENT, azp=CLIENT, idtyp="app", oid="a", sub="a"))
            return self.answer(200, {"access_token": token, "token_type": "Bearer"})
        code = state.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        ).rstrip(b"=")
        if code is None or code["code_challenge"].encode() != challenge:
            told = "AADSTS9002313: the code is not known"
            return self.answer(400, {"error": "invalid_grant", "error_description": told})
        assert form["redirect_uri"] == code["redirect_uri"]
        person = PEOPLE[code["who"]]
        claims = state.claims(
            aud=CLIENT, sub=f"pairwise-{code['who']}", nonce=code["nonce"], **person
        )
        return self.answer(
            200, {"id_token": state.sign(claims), "access_token": "x", "token_type": "Bearer"}
        )


class Issuer:
    """The process, and what tests ask of it."""

    def __enter__(self) -> Issuer:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "tests.support.issuer", str(self.port)]
        root = Path(__file__).resolve().parent.parent.parent
        self.process = subprocess.Popen(command, cwd=root)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                self._ask("/test/calls")
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the issuer did not come up")

    def __exit__(self, *exc: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a studio that uses it."""
        return {
            "FOREBAY_ENTRA_TENANT": TENANT,
            "FOREBAY_ENTRA_CLIENT_ID": CLIENT,
            "FOREBAY_ENTRA_CLIENT_SECRET": SECRET,
            "FOREBAY_ENTRA_AUTHORITY": self.url,
            "FOREBAY_OUTGOING_ALLOW": f"127.0.0.1:{self.port}",
        }

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}{path}", data, timeout=10) as answer:
            raw = answer.read().decode()
        return raw if answer.headers["Content-Type"].startswith("text/") else json.loads(raw)

    def token(self, kind: str = "rsa", **claims: Any) -> str:
        """A signed token; by default a person's for this studio. None leaves a claim out."""
        person = {"aud": f"api://{CLIENT}", "scp": "access", "sub": "s", **PEOPLE["grace"]}
        return str(self._ask("/test/token", {"claims": {**person, **claims}, "kind": kind}))

    def app_token(self, app_id: str, **claims: Any) -> str:
        """A token of an application by itself, version 2."""
        app = {"azp": app_id, "idtyp": "app", "oid": "app-oid", "sub": "app-oid", "scp": None}
        nobody = dict.fromkeys(("name", "preferred_username", "email"))
        return self.token(**{**nobody, **app, **claims})

    def rotate(self) -> None:
        """Other keys; the old ones are gone."""
        self._ask("/test/rotate", {})

    def go_out(self, out: bool = True) -> None:
        """From now on every answer is 503."""
        self._ask("/test/out", out)

    @property
    def calls(self) -> list[str]:
        """Paths that were asked for, in order."""
        return list(self._ask("/test/calls"))


if __name__ == "__main__":
    port = int(sys.argv[1])
    Handler.state = State(f"http://127.0.0.1:{port}")
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
