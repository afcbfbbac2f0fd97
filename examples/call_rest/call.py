"""Call a published pipeline or an endpoint with requests, and wait for the run's end.

ENDPOINT=… FOREBAY_TOKEN=… python call.py EXPERIMENT [NAME=VALUE …]
"""

import os
import sys
import time
import uuid

import requests

FINAL = {"Finished", "Failed", "Canceled"}

experiment, *given = sys.argv[1:]
endpoint = os.environ["ENDPOINT"]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['FOREBAY_TOKEN']}"

response = session.post(
    endpoint,
    json={
        "ExperimentName": experiment,
        "ParameterAssignments": dict(word.split("=", 1) for word in given),
    },
    headers={"Idempotency-Key": str(uuid.uuid4())},
    timeout=60,
)
if not response.ok:
    sys.exit(f"{response.status_code}: {response.json()['error']['message']}")
run = response.json()
print(f"Run {run['Id']} is {run['Status']}: {run['RunUrl']}")

address = f"{endpoint.split('/PipelineRuns/', 1)[0]}/PipelineRuns/{run['Id']}"
while run["Status"] not in FINAL:
    time.sleep(1)
    answer = session.get(address, timeout=60)
    answer.raise_for_status()
    run = answer.json()
print(f"It ended: {run['Status']}")
sys.exit(0 if run["Status"] == "Finished" else 1)
