"""Writes the API's routes into template.yaml, from docs/openapi.yaml: ``python -m infra.api_routes``.

It also writes which module of ``functions/console/routes`` answers which path, as those modules say, since the function
imports one when it is asked for.

A route that stands in the description is imported into API Gateway with an integration of its own, so that its access
log and its throttling know the route, and Chalice finds it by its pattern. One permission for the whole stage lets
API Gateway call a function, however many routes there are: one permission for each, as SAM makes them from a function's
events, does not fit into the function's policy of 20,480 bytes
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).

Unit tests hold the template to what this module writes, and the routes to those of the code.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from infra import marked_text

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
DESCRIPTION = ROOT / "docs" / "openapi.yaml"
ROUTES = ROOT / "functions" / "console" / "routes"
MODULES = ROOT / "functions" / "console" / "route_modules.py"
MODULES_HEADER = '''"""Modules of routes by the paths that they answer, written by `python -m infra.api_routes`."""

MODULES: dict[str, tuple[str, ...]] = {
'''

BELOW = "/api"
"""The path below which the described routes are, as in the description's server."""
METHODS = ("get", "put", "post", "patch", "delete")
OPEN_ROUTES = {
    # The page itself is no secret. What it shows comes from the API, and that asks who it is.
    "/": {"get": "ConsoleFunction"},
    "/assets/{name}": {"get": "ConsoleFunction"},
    # Platforms send administrators back to it; it leads on to the page, with what they sent behind the `#`.
    "/connected": {"get": "ConsoleFunction"},
    # The platforms sign what they send; the function checks it.
    "/webhooks/{channel}/{connection}": {"get": "WebhookFunction", "post": "WebhookFunction"},
}
"""Routes that everybody may call, by path and method, with the function that answers. All others are for agents."""

BEGIN = "        # Routes, written by `python -m infra.api_routes` from docs/openapi.yaml.\n"
END = "        # End of the routes.\n"
INDENT = " " * 8
FUNCTION_URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Alias}/invocations"


def main() -> None:
    """Write the routes into the template, and which modules answer them."""
    sys.path.insert(0, str(ROOT / "functions"))
    TEMPLATE.write_text(with_routes(TEMPLATE.read_text(), described()))
    MODULES.write_text(modules_by_path(), encoding="utf-8")


def modules_by_path() -> str:
    """Return the text of the module that names the modules of routes, from what each registers."""
    found: dict[str, list[str]] = {}
    for name in sorted(path.stem for path in ROUTES.glob("[!_]*.py")):
        for path in importlib.import_module(f"console.routes.{name}").api.paths:
            found.setdefault(path, []).append(name)
    return MODULES_HEADER + "".join(_entry(path, names) for path, names in sorted(found.items())) + "}\n"


def _entry(path: str, names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'    "{path}": ({quoted}{"," * (len(names) == 1)}),\n'


def described() -> dict[str, Any]:
    """Return the API's description."""
    import yaml

    return yaml.load(DESCRIPTION.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def with_routes(template: str, description: dict[str, Any]) -> str:
    """Return the template's text with the routes of ``description`` and the open ones between its two marks.

    Raises LookupError where the marks are missing.
    """
    return marked_text.replaced(template, BEGIN, END, _paths(description))


def _paths(description: dict[str, Any]) -> str:
    """Return the routes as YAML, one line for each operation, so that a new one is one line of a diff."""
    lines = ["paths:"]
    for path, functions in OPEN_ROUTES.items():
        lines.append(f'  "{path}":')
        lines += [f"    {method}: {_operation(function, is_open=True)}" for method, function in functions.items()]
    for path, item in description["paths"].items():
        lines.append(f'  "{BELOW}{path}":')
        lines += [f"    {method}: {_operation('ConsoleFunction')}" for method in METHODS if method in item]
    return "".join(f"{INDENT}{line}\n" for line in lines)


def _operation(function: str, *, is_open: bool = False) -> str:
    """Return an operation that hands the request to ``function``; SAM adds the authorizer, except where NONE stands."""
    security = "security: [{NONE: []}], " if is_open else ""
    uri = f'!Sub ["{FUNCTION_URI}", {{Alias: !Ref {function}.Alias}}]'
    integration = f"{{type: aws_proxy, httpMethod: POST, uri: {uri}}}"
    return f"{{{security}responses: {{}}, x-amazon-apigateway-integration: {integration}}}"


if __name__ == "__main__":
    main()
