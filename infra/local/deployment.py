"""Deploys the repository's template.yaml, with the artifact that ``make build`` makes, into the embedded AWS."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from infra import build, templates

from . import private
from .processes import StartFailure

TEMPLATE = build.ROOT / "template.yaml"
BUCKET = "artifacts"
DOCUMENT = "template.json"
ENDPOINT = "LocalEndpoint"
"""The resource that knows this machine's address of AWS. What else names it refers to it: SAM makes a version of a
function for each text of its properties, and there can be none for a text that differs by a port that moved."""
ADDRESSES = {
    "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/": f"${{{ENDPOINT}.Value}}/_aws/execute-api/${{Api}}/",
    "https://${LiveApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/": (
        f"${{{ENDPOINT}.Value}}/_aws/execute-api/${{LiveApi}}/"
    ),
    "https://${SignInPages}.auth.${AWS::Region}.amazoncognito.com": f"${{{ENDPOINT}.Value}}",
    "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}": f"${{{ENDPOINT}.Value}}",
}
PATIENCE = 120


def deploy(session: Any, endpoint: str, stack: str, parameters: dict[str, str], marker: Path) -> dict[str, str]:
    """Create or update the stack if anything changed, and return its outputs.

    That the endpoint's port moved is no change: the caller moves what was deployed as well.
    """
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    template = _with_local_addresses(_template(f"{build.artifact_hash()}.zip"))
    fingerprint = hashlib.sha256(json.dumps([template, parameters]).encode()).hexdigest()
    deployed = _describe(cloudformation, stack)
    if deployed is None or not marker.exists() or marker.read_text().strip() != fingerprint:
        marker.unlink(missing_ok=True)
        template["Resources"][ENDPOINT] = {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": f"/{stack}/local-endpoint", "Type": "String", "Value": endpoint},
        }
        _upload(session.client("s3", endpoint_url=endpoint), json.dumps(template))
        url = f"{endpoint}/{BUCKET}/{DOCUMENT}"
        _apply(cloudformation, stack, url, parameters, exists=deployed is not None)
        private.write(marker, fingerprint)
        deployed = _describe(cloudformation, stack) or {}
    return {output["OutputKey"]: output["OutputValue"] for output in deployed.get("Outputs", [])}


def _template(key: str) -> dict[str, Any]:
    """The template with its code where ``sam package`` would have put it."""
    template = templates.template()
    template["Globals"]["Function"]["CodeUri"] = {"Bucket": BUCKET, "Key": key}
    # No layer is made here: this machine's functions have what it would bring. The transform wants an address anyhow.
    template["Resources"]["PushLayer"]["Properties"]["ContentUri"] = {"Bucket": BUCKET, "Key": key}
    return template


def _with_local_addresses(template: dict[str, Any]) -> dict[str, Any]:
    """The template with the addresses at which AWS would be reached turned into those of this machine."""
    body = json.dumps(template)
    for address, local in ADDRESSES.items():
        body = body.replace(address, local)
    return json.loads(body)


def _upload(s3: Any, body: str) -> None:
    """Code and template, as ``sam deploy`` does: a template of this size is not taken in a request."""
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    s3.upload_file(str(build.LOCAL_ZIP), BUCKET, f"{build.artifact_hash()}.zip")
    s3.put_object(Bucket=BUCKET, Key=DOCUMENT, Body=body.encode())


def _apply(cloudformation: Any, stack: str, url: str, parameters: dict[str, str], *, exists: bool) -> None:
    request = {
        "StackName": stack,
        "TemplateURL": url,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        (cloudformation.update_stack if exists else cloudformation.create_stack)(**request)
    except cloudformation.exceptions.ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
    deadline = time.monotonic() + PATIENCE
    status = "IN_PROGRESS"
    while status.endswith("IN_PROGRESS") and time.monotonic() < deadline:
        time.sleep(0.2)
        status = (_describe(cloudformation, stack) or {}).get("StackStatus", "gone")
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise StartFailure(f"The stack is {status}.\n{_reasons(cloudformation, stack)}")


def _describe(cloudformation: Any, stack: str) -> dict[str, Any] | None:
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except cloudformation.exceptions.ClientError:
        return None


def _reasons(cloudformation: Any, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed)
