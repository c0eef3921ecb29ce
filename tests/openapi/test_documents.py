"""PyPI `schemathesis` makes requests from the OpenAPI documents: none is answered with 500, with a status
that its document does not name, or with a body that it does not describe."""

import hashlib
import hmac
import json
import os
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode

import hypothesis
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

DOCUMENTS = Path(__file__).parents[2] / "sdk-specs" / "openapi"
PLATFORM = f"http://{os.environ['PLATFORM_HOST']}:{os.environ['PLATFORM_PORT']}"
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]

# Requests for each operation.
EXAMPLES = 40
# How long an answer may take to begin, in seconds.
PATIENCE = 20

# A platform is not slower than it is; data that was refused is no fault of ours.
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=[hypothesis.Phase.generate],
)


def operations(name):
    """Of a document, those that end something last."""
    schema = schemathesis.openapi.from_path(DOCUMENTS / f"{name}.json")
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda one: (one.method == "delete", "{app_id}" not in one.path, one.path.endswith("/tenant")))


def content(case):
    """What a request carries, and how it says so."""
    if isinstance(case.body, schemathesis.core.NotSet):
        return b"", None
    if isinstance(case.body, (str, bytes)) and case.media_type == "text/plain":
        return case.body if isinstance(case.body, bytes) else case.body.encode(errors="replace"), case.media_type
    return json.dumps(case.body).encode(), "application/json"


class Suite(unittest.TestCase):
    """Sends what the document allows."""

    def run_all(self, name, send):
        self.succeeded = set()
        found = operations(name)
        for operation in found:
            with self.subTest(f"{operation.method.upper()} {operation.path}"):
                self.run_one(operation, send)
        # Else it is only refusals that were looked at.
        self.assertGreater(len(self.succeeded), len(found) / 3, sorted(self.succeeded))

    def run_one(self, operation, send):
        @SETTINGS
        @hypothesis.given(operation.as_strategy())
        def check(case):
            response = send(case)
            if response.ok:
                self.succeeded.add(operation.label)
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                # It would not end.
                response.close()
                self.assertIn(str(response.status_code), operation.definition.raw["responses"])
                return
            response.content
            case.validate_response(response, checks=CHECKS)

        check()


class AppsServer(Suite):
    """The REST API; signed, as nothing is read of what is not."""

    def test_rest(self):
        self.run_all("rest", self.send)

    def send(self, case):
        case.path_parameters = {**(case.path_parameters or {}), "app_id": os.environ["APP_ID"]}
        body, kind = content(case)
        query = {name: str(value) for name, value in (case.query or {}).items() if name not in SIGNATURE}
        query |= {"auth_key": os.environ["APP_KEY"], "auth_timestamp": str(int(time.time())), "auth_version": "1.0"}
        if body:
            query["body_md5"] = hashlib.md5(body).hexdigest()
        path = case.formatted_path
        signed = "&".join(f"{name.lower()}={value}" for name, value in sorted(query.items()))
        text = f"{case.method}\n{path}\n{signed}".encode(errors="replace")
        query["auth_signature"] = hmac.new(os.environ["APP_SECRET"].encode(), text, hashlib.sha256).hexdigest()
        headers = {"content-type": kind} if kind else {}
        url = f"{PLATFORM}{path}?{urlencode(query, errors='replace')}"
        return requests.request(case.method, url, data=body, headers=headers, timeout=PATIENCE, stream=True)


SIGNATURE = {"auth_key", "auth_timestamp", "auth_version", "auth_signature", "body_md5"}


class Owner(Suite):
    """The management API, as the owner of an organisation and as a program of theirs."""

    def setUp(self):
        self.session = requests.Session()
        owner = {"organisation": "Schemas", "email": "schemas@example.com", "password": "the bell rings at noon"}
        self.must("signup", owner)
        app = self.must("apps", {"name": "Schemas"})
        hook = {"url": "http://127.0.0.1:9/", "event_types": ["channel_occupied"]}
        self.ids = {"app_id": app["id"], "key_id": app["keys"][0]["id"]}
        self.ids["webhook_id"] = self.must(f"apps/{app['id']}/webhooks", hook)["id"]
        self.token = self.must("tokens", {"name": "Schemas"})["token"]
        self.addCleanup(self.session.close)

    def must(self, path, body):
        answer = self.session.post(f"{PLATFORM}/api/v1/{path}", json=body, timeout=PATIENCE)
        self.assertIn(answer.status_code, (200, 201), answer.text)
        return answer.json()

    def test_management(self):
        self.run_all("management", self.send)

    def send(self, case):
        definition = case.operation.definition.raw
        # What is deleted is not there for the next.
        if case.method != "DELETE":
            known = {name: id for name, id in self.ids.items() if name in (case.path_parameters or {})}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        body, kind = content(case)
        headers = {"content-type": "application/json"}
        if {"session": []} in definition["security"] and definition["operationId"] != "accounts_log_out":
            headers["cookie"] = "; ".join(f"{one.name}={one.value}" for one in self.session.cookies)
        elif {"token": []} in definition["security"]:
            headers["authorization"] = f"Bearer {self.token}"
        query = {name: value for name, value in (case.query or {}).items() if value is not None}
        url = f"{PLATFORM}{case.formatted_path}?{urlencode(query, doseq=True, errors='replace')}"
        return requests.request(case.method, url, data=body, headers=headers, timeout=PATIENCE, stream=True)


if __name__ == "__main__":
    unittest.main()
