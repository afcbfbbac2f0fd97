"""Files at web addresses: copied to the workspace's default datastore when they are needed.

The program's own machine fetches them, so that the server never calls an address that a program
names. Equal content goes to an equal path: fetched again, it is the same dataset and is reused.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from azureml._forebay import __version__
from azureml._forebay.errors import Conflict
from azureml._forebay.formatting import format_size
from azureml._forebay.transport import quote_path
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

FOLDER = "from_web"
_SECONDS = 60.0
_CHUNK = 1 << 20
_UNUSUAL = re.compile(r"[^\w.() +,=@-]")


def is_web_address(value: Any) -> bool:
    """Whether a path of a dataset is an http or https URL."""
    return isinstance(value, str) and value.lower().startswith(("http://", "https://"))


def settle(definition: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The definition with paths on datastores only; what is on the web is copied there."""
    paths = [_settle(path, workspace) for path in definition["paths"]]
    return {**definition, "paths": paths}


def _settle(path: dict[str, str], workspace: Workspace) -> dict[str, str]:
    url = path.get("url")
    if url is None:
        return path
    store = workspace.get_default_datastore()
    with tempfile.TemporaryFile() as file:
        digest = _fetch(url, file)
        place = f"{FOLDER}/{digest[:16]}/{_name_of(url)}"
        route = workspace._path("datastores/{}/files", str(store.name))
        size = file.tell()
        file.seek(0)
        try:
            workspace._transport.request(
                "PUT",
                f"{route}/{quote_path(place)}",
                query={"overwrite": False},
                body=file,
                headers={"Content-Type": "application/octet-stream"},
                size=size,
            )
        except Conflict as conflict:
            if conflict.code != "exists":
                raise
        else:
            print(f"Copied {url} ({format_size(size)}) to {store.name}, {place}")
    return {"datastore": str(store.name), "path": place}


def _fetch(url: str, file: BinaryIO) -> str:
    """The file at ``url`` into ``file``; its SHA-256 in hex."""
    # Imported where it is used: few programs read the web.
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    digest = hashlib.sha256()
    request = Request(url, headers={"User-Agent": f"forebay-sdk/{__version__}"})
    try:
        with urlopen(request, timeout=_SECONDS) as answer:
            while piece := answer.read(_CHUNK):
                digest.update(piece)
                file.write(piece)
    except HTTPError as error:
        why = f"the answer is {error.code} {error.reason}"
    except URLError as error:
        why = str(error.reason)
    except (OSError, HTTPException, ValueError) as error:
        why = str(error) or type(error).__name__
    else:
        return digest.hexdigest()
    raise UserErrorException(
        f"{url} can't be read: {why}. Or download it yourself, upload it with"
        " datastore.upload_files and give (datastore, path)."
    )


def _name_of(url: str) -> str:
    """The file's name as the address has it, in letters that every datastore takes."""
    name = posixpath.basename(unquote(urlsplit(url).path))
    return _UNUSUAL.sub("_", os.path.basename(name)).strip(". ")[:200] or "data"
