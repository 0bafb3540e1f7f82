"""The routes of the API: HTTP and bodies only, one module per resource. docs/openapi.yaml describes them."""
