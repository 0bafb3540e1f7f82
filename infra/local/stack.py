"""Starts and stops everything, and tells what a script or a test needs to know of it."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from infra import build

from . import demo, moving, private
from . import platforms as square_platforms
from .deployment import deploy
from .installation import Installation
from .processes import LOOPBACK, Child, StartFailure, reserve_port

STACK_NAME = "nachfrage"
REGION = "eu-central-1"
ROOT_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""MiniStack's credentials of the account's root. Functions get credentials of their roles, which are enforced."""

STACK_PYTHON = build.ROOT / ".venv-stack" / "bin" / "python"
KEPT_FROM_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
PATIENCE = 20.0
"""Seconds that the children of a killed run get to save."""
CHILDREN = "children.json"
_MAKING_CLIENTS = threading.Lock()
"""Clients may be used by several threads, but not made by them."""


class AlreadyRunning(StartFailure):
    """Another process runs the stack of this directory."""


@dataclass
class Stack:
    """A running stack. ``values`` is what stands in ``stack.json``."""

    directory: Path
    installation: Installation
    aws: Child
    square: Child | None
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client with the account's root rights, for looking and for breaking things."""
        with _MAKING_CLIENTS:
            return _session().client(service, endpoint_url=self.values["endpoint_url"], **options)

    def workers(self, function: str) -> list[int]:
        """The processes that run a function now (``ReplyFunction``), for killing them in the middle."""
        name = f"AWS_LAMBDA_FUNCTION_NAME={self.values['functions'][function]}".encode()
        return [pid for pid, environment in _children(self.aws.pid) if name in environment]

    def stop(self) -> None:
        """End all that was started, in an orderly way."""
        for child in (self.square, self.aws):
            if child:
                child.stop()


@contextlib.contextmanager
def start_stack(
    directory: Path,
    *,
    free_ports: bool = False,
    follow_up_delay: str = "PT20S",
    persist: bool = True,
    square: bool = True,
    functions_endpoint: str = "",
    platforms: Sequence[str] = (),
    link_previews: bool = False,
    report: Callable[[str], None] = lambda _line: None,
) -> Iterator[Stack]:
    """Run the whole stack, with its state below ``directory``, for as long as the block lasts.

    ``link_previews`` has pages looked at that messages link to, wherever they are; else, nothing leaves the machine.
    ``free_ports`` takes any free ports, so that several can run side by side; otherwise the ports stay the same from
    run to run, unless another program has one: then it moves, and all stored addresses with it. ``functions_endpoint``
    is where the functions look for AWS, if something stands in between. Raises ``AlreadyRunning`` and ``StartFailure``.
    """
    _make_directory(directory)
    with _lock(directory), contextlib.ExitStack() as cleanup:
        report("Building the artifact …")
        build.build()
        installation = _installation(directory, platforms)
        aws_port, square_port = (
            cleanup.enter_context(reserve_port(None if free_ports else port)).getsockname()[1]
            for port in (installation.aws_port, installation.square_port)
        )
        _settle(directory, installation, aws_port, square_port, report)
        aws = _start_aws(directory, installation, persist, functions_endpoint)
        stack = Stack(directory, installation, aws=aws, square=None)
        cleanup.callback((directory / CHILDREN).unlink, missing_ok=True)  # after they were stopped
        cleanup.callback(stack.stop)
        _note_children(stack)
        report("Starting the embedded AWS …")
        if square:
            stack.square = _start_square(directory, installation)
            _note_children(stack)
        endpoint = f"http://{LOOPBACK}:{installation.aws_port}"
        stack.aws.await_answer(f"{endpoint}/_ministack/health")
        report("Deploying template.yaml …")
        outputs = _deploy(directory, endpoint, follow_up_delay, link_previews)
        stack.values = _values(stack, endpoint, outputs)
        report("Preparing the demo …")
        _prepare_demo(stack)
        private.write(directory / "stack.json", json.dumps(stack.values, indent=2))
        yield stack


def _make_directory(directory: Path) -> None:
    try:
        private.make_directory(directory)
    except private.NotPrivate as refusal:
        raise StartFailure(str(refusal)) from None


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[None]:
    """One stack per directory. The system releases the lock when the process ends, however it ends."""
    (directory / "lock").touch(mode=0o600)
    with (directory / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_running(directory, file)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _running(directory: Path, lock: IO[str]) -> str:
    lock.seek(0)
    return f"It is running already, as process {lock.read().strip()}; see {directory / 'stack.json'}."


def _installation(directory: Path, platforms: Sequence[str]) -> Installation:
    installation = Installation.of(directory)
    installation.platforms |= square_platforms.sections(installation.platforms, platforms)
    _await_the_end_of_a_killed_run(directory)
    return installation


def _settle(
    directory: Path, installation: Installation, aws_port: int, square_port: int, report: Callable[[str], None]
) -> None:
    """Take the ports. What was left is noted before addresses are moved and until all are, so a kill breaks nothing."""
    # Nobody shall read addresses that are not true any more, or not yet.
    (directory / "stack.json").unlink(missing_ok=True)
    for line in installation.take_ports(aws_port, square_port):
        report(line)
    installation.save(directory)
    if installation.left_ports:
        moving.move(directory, installation.moves())
        installation.left_ports.clear()
        installation.save(directory)


def _await_the_end_of_a_killed_run(directory: Path) -> None:
    """Its children notice that it is gone, save, and free the ports."""
    path = directory / CHILDREN
    before = json.loads(path.read_text()) if path.exists() else []
    deadline = time.monotonic() + PATIENCE
    while any(map(_is_child_of_ours, before)) and time.monotonic() < deadline:
        time.sleep(0.2)


def _note_children(stack: Stack) -> None:
    """Say who may write state, from the first moment on: a run may be killed before anything else is told of it."""
    pids = [child.pid for child in (stack.aws, stack.square) if child]
    private.write(stack.directory / CHILDREN, json.dumps(pids))


def _is_child_of_ours(pid: int) -> bool:
    try:
        return b"infra.local.tether" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _start_aws(directory: Path, installation: Installation, persist: bool, functions_endpoint: str) -> Child:
    state = directory / "aws"
    scratch = directory / "tmp"
    # Code of functions that a killed run left unpacked.
    shutil.rmtree(scratch, ignore_errors=True)
    if not persist:
        shutil.rmtree(state, ignore_errors=True)
        (directory / "deployed").unlink(missing_ok=True)
    for folder in (state, scratch):
        folder.mkdir(exist_ok=True, mode=0o700)
    settings = {
        "AUTH": "true",
        "PERSIST_STATE": "1" if persist else "0",
        "S3_PERSIST": "1" if persist else "0",
        "STATE_DIR": str(state),
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(scratch),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(installation.aws_port),
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        # The functions inherit it: what AWS would refuse is refused here, too, though MiniStack might take it.
        "CHECK_AWS_PARAMETERS": "true",
    }
    if functions_endpoint:
        settings["AWS_ENDPOINT_URL"] = functions_endpoint
    return _tethered("The embedded AWS", ["infra.local.emulator"], directory / "aws.log", settings)


def _start_square(directory: Path, installation: Installation) -> Child | None:
    if not (build.ROOT / "infra" / "square" / "__main__.py").exists():
        return None
    facebook = {
        "app_id": installation.app_id,
        "app_secret": installation.app_secret,
        "page_id": installation.page_id,
        "page_name": installation.page_name,
        "page_token": installation.page_token,
        "verify_token": installation.verify_token,
    }
    config = directory / "square.json"
    here = f"http://{LOOPBACK}:{installation.square_port}"
    platforms = {name: {**section, "url": f"{here}/{name}"} for name, section in installation.platforms.items()}
    private.write(config, json.dumps({"facebook": facebook, **platforms}, indent=2))
    files = ["--config", str(config), "--state", str(directory / "square-state.json")]
    command = ["infra.square", "--port", str(installation.square_port), *files]
    return _tethered("The market square", command, directory / "square.log", {})


def python() -> str:
    """Return the Python of the stack, which has little to import, or the one that runs where that is not installed."""
    return str(STACK_PYTHON if STACK_PYTHON.exists() else sys.executable)


def _tethered(name: str, module: list[str], log: Path, settings: dict[str, str]) -> Child:
    log.unlink(missing_ok=True)
    return Child(name, [python(), "-m", "infra.local.tether", *module], log, {**_environment(), **settings}, build.ROOT)


def _environment() -> dict[str, str]:
    """Little of this process's own: the functions inherit what the embedded AWS gets."""
    return {name: os.environ[name] for name in KEPT_FROM_ENVIRONMENT if name in os.environ}


def _deploy(directory: Path, endpoint: str, follow_up_delay: str, link_previews: bool) -> dict[str, str]:
    parameters = {
        "FollowUpDefaultDelay": follow_up_delay,
        "LinkPreviews": str(link_previews).lower(),
        # One person plays all customers, at any time of the day.
        "FollowUpHours": "always",
        "FollowUpMonthlyCap": "1000",
        "ReconcileRate": "rate(1 minute)",
        # The square plays the platforms, and the teams' chats.
        "Network": "any",
        "AllowPasswordSignIn": "true",
        "Stage": "dev",
        "DeletionProtection": "false",
        "PackHeads": "true",  # as in a stack that `make deploy` creates
        "TlsOnly": "false",
        # The emulator has sign-in pages of its own, and no styles for them.
        "UserPoolTier": "LITE",
    }
    return deploy(_session(), endpoint, STACK_NAME, parameters, directory / "deployed")


def _values(stack: Stack, endpoint: str, outputs: dict[str, str]) -> dict[str, Any]:
    installation = stack.installation
    api = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/live"
    return {
        "console_url": f"{api}/",
        "api_url": f"{api}/api",
        "webhook_url": f"{api}/webhooks/{{channel}}/{{connection}}",
        "live_url": f"{endpoint.replace('http', 'ws', 1)}/_aws/execute-api/{outputs['LiveApiId']}/live",
        "square_url": f"http://{LOOPBACK}:{installation.square_port}",
        "endpoint_url": endpoint,
        "region": REGION,
        "stack_name": STACK_NAME,
        "table_name": outputs["TableName"],
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "agent": {"email": installation.agent_email, "password": installation.agent_password},
        "colleague": {"email": installation.colleague_email, "password": installation.colleague_password},
        "connections": {
            "facebook": {
                "name": demo.CONNECTION,
                "page_id": installation.page_id,
                "page_token": installation.page_token,
                "app_id": installation.app_id,
                "app_secret": installation.app_secret,
                "verify_token": installation.verify_token,
            }
        },
        "connections_path": outputs["ConnectionsPath"],
        "mail_bucket": outputs["MailBucketName"],
        "media_bucket": outputs["MediaBucketName"],
        "follow_up_group": outputs["FollowUpGroupName"],
        "queues": {key.removesuffix("Url"): value for key, value in outputs.items() if key.endswith("QueueUrl")},
        "functions": {
            key.removesuffix("Name"): value for key, value in outputs.items() if key.endswith("FunctionName")
        },
        "pids": {"self": os.getpid(), "aws": stack.aws.pid, "square": stack.square.pid if stack.square else None},
    }


def _prepare_demo(stack: Stack) -> None:
    values, installation = stack.values, stack.installation
    for invite in (demo.invite_agent, demo.invite_colleague):
        invite(stack.client("cognito-idp"), values["user_pool_id"], installation)
    demo.connect(stack.client("ssm"), values["connections_path"], values["square_url"], installation)
    demo.list_connection(_function_environment(values), values["square_url"], values["webhook_url"], installation)
    if stack.square:
        stack.square.await_answer(f"{values['square_url']}/_square/health")
        demo.name_inbox(values["square_url"], values["console_url"])
        demo.subscribe(values["square_url"], values["webhook_url"], installation)
        if installation.platforms:
            where = (values["square_url"], values["webhook_url"])
            square_platforms.connect(installation.platforms, *where, _function_environment(values))
            square_platforms.set_up(installation.platforms, values, ROOT_CREDENTIALS)
            # Platforms that do not call are asked from now on: what is said before the first look is no news.
            listen = values["functions"]["ListenFunction"]
            stack.client("lambda").invoke(FunctionName=listen, Qualifier="live", Payload=b"{}")


def _function_environment(values: dict[str, Any]) -> dict[str, str]:
    return {
        **_environment(),
        "AWS_ACCESS_KEY_ID": ROOT_CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ROOT_CREDENTIALS["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": values["endpoint_url"],
        "TABLE_NAME": values["table_name"],
        "CONNECTIONS_PATH": values["connections_path"],
        "RETENTION_DAYS": "400",
        "PACK_HEADS": "true",
        "CHECK_AWS_PARAMETERS": "true",
    }


@functools.cache
def _session() -> Any:
    """The session of the account's root: one, since each of them reads the descriptions of services."""
    import boto3

    return boto3.Session(region_name=REGION, **ROOT_CREDENTIALS)


def _children(parent: int) -> Iterator[tuple[int, bytes]]:
    """The processes below ``parent`` with their environments."""
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(path.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                yield int(path.name), path.joinpath("environ").read_bytes()


def progress() -> Callable[[str], None]:
    """Prints each step with the seconds since the first."""
    began = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {line}", flush=True)

    return report
