#!/bin/sh
# Usage: ENDPOINT=… FOREBAY_TOKEN=… sh call.sh EXPERIMENT [NAME=VALUE …]
# Submits one run and prints the answer. The exit code is curl's: 22 when the call is refused.
set -eu
experiment=$1
shift
parameters=""
for given in "$@"; do
    parameters="$parameters${parameters:+, }\"${given%%=*}\": \"${given#*=}\""
done
# One key for this call, however often curl has to try.
key=$(date +%s)-$$
curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused \
    -H "Authorization: Bearer $FOREBAY_TOKEN" \
    -H "Idempotency-Key: $key" \
    -H "Content-Type: application/json" \
    -d "{\"ExperimentName\": \"$experiment\", \"ParameterAssignments\": {$parameters}}" \
    "$ENDPOINT"
echo
