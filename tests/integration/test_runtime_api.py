"""The Runtime API server and the Lambda host, met by small runtimes written for each test."""

import http.client
import json
import sys
import textwrap
import threading

import pytest
from aws.lambda_host import LambdaHost
from aws.runtime_api import MAX_PAYLOAD, RuntimeApi

RUNTIME = """
import http.client, json, os, sys, time
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None, headers={{}}):
    connection.request(method, "/2018-06-01/runtime/" + path, body=body, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()
count = 0
while True:
    answer, event = call("GET", "invocation/next")
    request_id, event, count = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(event), count + 1
    respond = lambda value: call("POST", f"invocation/{{request_id}}/response", json.dumps(value))
{body}
"""


@pytest.fixture
def runtime(tmp_path):
    """runtime(code) makes a bootstrap whose loop runs `code` for every invocation, and hosts it."""
    hosts = []

    def make(code, **options):
        path = tmp_path / f"runtime-{len(hosts)}"
        path.write_text(f"#!{sys.executable}\n" + RUNTIME.format(body=textwrap.indent(code, "    ")))
        path.chmod(0o755)
        hosts.append(LambdaHost(path, {}, **options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.stop()


class TestHost:
    def test_an_invocation_is_answered_and_the_process_lives_on(self, runtime):
        host = runtime("respond({'count': count, 'event': event})")
        assert host.invoke({"a": 1}).payload == {"count": 1, "event": {"a": 1}}
        assert host.invoke({"a": 2}).payload == {"count": 2, "event": {"a": 2}}
        assert host.starts == 1

    def test_the_environment_is_lambdas(self, runtime, monkeypatch):
        monkeypatch.setenv("SOMETHING_ELSE", "1")
        given = runtime("respond(dict(os.environ))").invoke({}).payload
        assert given["AWS_LAMBDA_FUNCTION_NAME"] and given["_HANDLER"] and given["LAMBDA_TASK_ROOT"]
        assert "SOMETHING_ELSE" not in given and "HOME" not in given

    def test_the_headers_say_deadline_function_and_trace(self, runtime):
        host = runtime("respond([dict(answer.headers), time.time()])")
        headers, now = host.invoke({}, timeout_s=30).payload
        assert 25 < int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - now <= 30
        assert headers["Lambda-Runtime-Invoked-Function-Arn"].startswith("arn:aws:lambda:")
        assert headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-")
        assert "Lambda-Runtime-Trace-Id" not in host.invoke({}, trace=False).payload[0]

    def test_past_its_deadline_the_process_is_killed_and_the_next_one_is_new(self, runtime):
        host = runtime("time.sleep(60) if event else respond(count)")
        result = host.invoke({"hang": True}, timeout_s=0.5)
        assert result.kind == "timeout" and 0.5 <= result.seconds < 2 and host.exit_code == -9
        assert host.invoke({}).payload == 1 and host.starts == 2

    def test_an_exit_in_mid_invocation_is_seen_at_once(self, runtime):
        host = runtime("sys.exit(3)")
        result = host.invoke({}, timeout_s=30)
        assert result.kind == "exit" and result.seconds < 5 and host.exit_code == 3

    def test_an_error_has_its_type(self, runtime):
        host = runtime("""call("POST", f"invocation/{request_id}/error", '{"errorMessage": "no"}',
            {"Lambda-Runtime-Function-Error-Type": event})""")
        result = host.invoke("Function.Gap")
        assert (result.kind, result.error_type, result.payload) == ("error", "Function.Gap", {"errorMessage": "no"})
        assert host.invoke("gap").error_type == "Function.Unknown"

    def test_what_is_written_is_collected(self, runtime):
        host = runtime("print('one', flush=True); print('two', file=sys.stderr, flush=True); respond(1)")
        host.invoke({})
        host.kill()
        assert host.lines == ["one", "two"]

    def test_a_frozen_process_thaws(self, runtime):
        host = runtime("respond(count)", freeze=True)
        assert [host.invoke({}).payload for _ in range(3)] == [1, 2, 3]
        assert host.starts == 1


class TestRules:
    @pytest.fixture
    def api(self):
        api = RuntimeApi().start()
        yield api
        api.stop()

    def call(self, api, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(api.address, timeout=10)
        connection.request(method, f"/2018-06-01/runtime/{path}", body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(content)

    def take(self, api):
        """The id of an invocation that a runtime has in hand."""
        threading.Thread(target=api.invoke, args=({},), kwargs={"timeout_s": 5}, daemon=True).start()
        status, headers, _ = self.call(api, "GET", "invocation/next")
        assert status == 200
        return headers["Lambda-Runtime-Aws-Request-Id"]

    def test_a_second_result_is_refused(self, api):
        request_id = self.take(api)
        assert self.call(api, "POST", f"invocation/{request_id}/response", b"1")[0] == 202
        for kind in ("response", "error"):
            status, _, body = self.call(api, "POST", f"invocation/{request_id}/{kind}", b"2")
            assert (status, body["errorType"]) == (400, "InvalidRequestID")

    def test_a_result_for_another_id_is_refused(self, api):
        self.take(api)
        assert self.call(api, "POST", "invocation/else/response", b"1")[0] == 400

    def test_a_result_before_any_invocation_is_refused(self, api):
        status, _, body = self.call(api, "POST", "invocation/x/response", b"1")
        assert (status, body["errorType"]) == (403, "InvalidStateTransition")

    def test_the_next_invocation_is_refused_while_one_has_no_result(self, api):
        self.take(api)
        assert self.call(api, "GET", "invocation/next")[0] == 403

    def test_an_oversize_response_is_refused_and_decides_the_invocation(self, api):
        request_id = self.take(api)
        path = f"invocation/{request_id}/response"
        assert self.call(api, "POST", path, bytes(MAX_PAYLOAD + 1))[0] == 413
        assert self.call(api, "POST", path, b"1")[0] == 400

    def test_an_init_error_counts_only_before_the_runtime_is_ready(self, api):
        headers = {"Lambda-Runtime-Function-Error-Type": "Runtime.NoSettings"}
        assert self.call(api, "POST", "init/error", b"{}", **headers)[0] == 202
        assert api.init_error == ("Runtime.NoSettings", {})
        self.take(api)
        assert self.call(api, "POST", "init/error", b"{}", **headers)[0] == 403

    def test_other_paths_do_not_exist(self, api):
        assert self.call(api, "GET", "restore/next")[0] == 404
