"""Turns a Ray cluster into an executor: its nodes that are alike run trials side by side.

Where a trial runs is decided here rather than by Ray, so that what was on a lost node is known at
once. `experiments/connection.py` connects.
"""

import logging
from collections import deque
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from dlsurvey.errors import ConfigError, MissingDependency, SurveyError, TrialError
from dlsurvey.records import Environment, Gap, Precision, Trial
from experiments import node as on_node
from experiments.executors import Errand, Listener, Order
from experiments.frameworks import Framework, hash_program
from experiments.nodes import Node, choose_nodes
from experiments.parity import ParityError
from experiments.parity_differences import Numbers
from experiments.rounds import Subject
from experiments.sources import Prepared

ATTEMPTS = 3
"""A trial whose node is lost is sent out again, so often in all."""
POLL_SECONDS = 1.0
LOOK_TIMEOUT_SECONDS = 1800.0
"""For a node to say what it has: it may have to fetch images first."""
LOST = (
    "Every node that trials could run on is lost. What was finished is stored; start nodes and run"
    " the same command again: it goes on from there."
)
logger = logging.getLogger("dlsurvey.ray")


class _Running(NamedTuple):
    order: Order
    attempt: int
    node: Node


class Cluster:
    """The nodes of a connected Ray cluster that are alike; see `connect`."""

    def __init__(self, ray: Any, errand: Errand) -> None:
        """`ray` is the module, connected; raises ConfigError where no node can be used."""
        self._ray = ray
        choice = choose_nodes(self._look(errand), errand)
        self._nodes = list(choice.nodes)
        self._first = choice.nodes[0]
        self.gaps: tuple[Gap, ...] = choice.gaps
        self.threads = errand.threads or int(min(one.cpus for one in choice.nodes))
        side_by_side = max(int(one.cpus) // self.threads for one in choice.nodes)
        self.notes = _describe(choice.nodes, self.threads, side_by_side)

    @property
    def gpu(self) -> str | None:
        """That of the nodes; None where none of them lends one."""
        if not any(one.gpus >= 1 for one in self._nodes):
            return None
        return next((one.gpu for one in self._first.report.environments.values()), None)

    def sees_gpu(self, framework: Framework) -> bool:
        """Asked of one node that has a GPU."""
        lender = next(one for one in self._nodes if one.gpus >= 1)
        return bool(self._ask(lender, on_node.sees_gpu, framework, gpus=1))

    def read_environment(self, framework: Framework) -> Environment:
        """That of the nodes; raises MissingDependency where it is not installed there."""
        report = self._first.report
        if framework.name in report.missing:
            raise MissingDependency(f"On the nodes: {report.missing[framework.name]}")
        return report.environments[framework.name]

    def compute(
        self, subject: Subject, prepared: Prepared, folder: Path, precision: Precision
    ) -> Numbers:
        """On one of the nodes; raises ParityError."""
        node = self._nodes[0]
        images = node.report.prepared[subject.workload.name]
        found = self._ask(node, on_node.compute, subject, images, precision)
        if isinstance(found, str):
            raise ParityError(found)
        numbers: Numbers = found
        return numbers

    def run(
        self, orders: Sequence[Order], listen: Listener
    ) -> Generator[tuple[Order, Trial], None, None]:
        """As they come. What was on a lost node is run again on another, a bounded number of times.

        Raises TrialError once no node is left; what has come by then is with the caller.
        """
        waiting = deque((order, 1) for order in orders)
        running: dict[Any, _Running] = {}
        try:
            while waiting or running:
                self._send(waiting, running)
                if not running:
                    raise TrialError(LOST)
                done, _ = self._ray.wait(list(running), num_returns=1, timeout=POLL_SECONDS)
                self._drop_lost_nodes()
                for task in [one for one in running if one in done or self._is_lost(running[one])]:
                    one = running.pop(task)
                    if task not in done:
                        self._ray.cancel(task, force=True)  # it would wait for its node for ever
                    trial = self._receive(task, one) if task in done else "its node was lost"
                    if isinstance(trial, Trial):
                        yield one.order, trial
                    elif one.attempt < ATTEMPTS:
                        logger.warning("%s: %s; sent out again", one.order.spec.key, trial)
                        waiting.append((one.order, one.attempt + 1))
                    else:
                        yield one.order, _give_up(one.order, trial)
        finally:
            for task in running:
                self._ray.cancel(task, force=True)

    def _look(self, errand: Errand) -> list[Node]:
        """Every node that lends processors, with what it says of itself."""
        asked = [
            (one, self._start(one["NodeID"], on_node.look_around, (errand,), cpus=1))
            for one in self._ray.nodes()
            if one["Alive"] and one["Resources"].get("CPU", 0) >= 1
        ]
        if not asked:
            raise ConfigError(
                "The Ray cluster has no node that lends a processor: start nodes with `ray start"
                " --address=HEAD:6379`."
            )
        return [
            Node(
                id=one["NodeID"],
                name=str(one.get("NodeManagerHostname") or one["NodeID"][:8]),
                cpus=float(one["Resources"]["CPU"]),
                gpus=float(one["Resources"].get("GPU", 0)),
                report=self._hear(task),
            )
            for one, task in asked
        ]

    def _hear(self, task: Any) -> on_node.Report:
        """What a node says of itself; where nothing can be made of it, that."""
        try:
            report: on_node.Report = self._fetch(task, LOOK_TIMEOUT_SECONDS)
        except ConfigError as error:
            return on_node.Report(fault=str(error))
        return report

    def _send(self, waiting: deque[tuple[Order, int]], running: dict[Any, _Running]) -> None:
        """As many as the free processors have room for."""
        while waiting:
            order, attempt = waiting[0]
            node = self._find_room(order, running)
            if node is None:
                return
            waiting.popleft()
            task = on_node.Task(
                spec=order.spec,
                workload=order.workload,
                framework=order.bench.framework,
                prepared=node.report.prepared[order.workload.name],
                timeout_seconds=order.bench.timeout_seconds,
            )
            started = self._start(
                node.id,
                on_node.run_task,
                (task,),
                cpus=order.spec.threads,
                gpus=_count_gpus(order),
            )
            running[started] = _Running(order, attempt, node)

    def _find_room(self, order: Order, running: dict[Any, _Running]) -> Node | None:
        """The node with the most free processors of those that have enough, and a GPU if need be."""
        free = {one.id: [one.cpus, one.gpus] for one in self._nodes}
        for busy in running.values():
            if busy.node.id in free:
                free[busy.node.id][0] -= busy.order.spec.threads
                free[busy.node.id][1] -= _count_gpus(busy.order)
        fitting = [
            one
            for one in self._nodes
            if free[one.id][0] >= order.spec.threads and free[one.id][1] >= _count_gpus(order)
        ]
        return max(fitting, key=lambda one: free[one.id][0], default=None)

    def _drop_lost_nodes(self) -> None:
        alive = {one["NodeID"] for one in self._ray.nodes() if one["Alive"]}
        for one in [one for one in self._nodes if one.id not in alive]:
            logger.warning("The node %s is lost.", one.name)
            self._nodes.remove(one)

    def _is_lost(self, one: _Running) -> bool:
        return one.node.id not in {node.id for node in self._nodes}

    def _receive(self, task: Any, one: _Running) -> Trial | str:
        """The trial, or why there is none; the end of its log goes where all logs are."""
        errors = self._ray.exceptions
        try:
            outcome: on_node.Outcome = self._ray.get(task)
        except errors.RayTaskError as error:
            if isinstance(error.cause, SurveyError):
                return _fail(one.order, str(error.cause))
            raise
        except errors.RayError as error:
            return f"its node or Ray's process there was lost ({type(error).__name__})"
        one.order.bench.keep_log(one.order.spec, outcome.log)
        return outcome.trial

    def _ask(self, node: Node, function: Any, *arguments: Any, gpus: int = 0) -> Any:
        task = self._start(node.id, function, arguments, cpus=1, gpus=gpus)
        return self._fetch(task, LOOK_TIMEOUT_SECONDS)

    def _start(
        self, node: str, function: Any, arguments: Sequence[Any], *, cpus: int, gpus: int = 0
    ) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        remote = self._ray.remote(function).options(
            num_cpus=cpus,
            num_gpus=gpus,
            max_retries=0,  # they are counted here
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
        )
        return remote.remote(*arguments)

    def _fetch(self, task: Any, timeout_seconds: float) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(task, timeout=timeout_seconds)
        except errors.RayError as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise ConfigError(
                f"A node of the Ray cluster did not answer ({lines[-1][:300]}). Every node needs this"
                " version of dlsurvey and its frameworks (docs/many-machines.md)"
            ) from error


def _describe(nodes: Sequence[Node], threads: int, side_by_side: int) -> tuple[str, ...]:
    count = f"{len(nodes)} nodes that are alike" if len(nodes) > 1 else "one node"
    notes = [f"Trials run on {count} of the Ray cluster, {threads} threads each."]
    if side_by_side > 1:
        notes.append(
            f"Up to {side_by_side} trials run side by side on a node: their times are marked and take"
            " part in no verdict. Let [experiments] threads be all processors of a node for times."
        )
    return tuple(notes)


def _count_gpus(order: Order) -> int:
    return 1 if order.spec.device == "cuda" else 0


def _give_up(order: Order, reason: str) -> Trial:
    return _fail(order, f"{reason}, {ATTEMPTS} times")


def _fail(order: Order, reason: str) -> Trial:
    return Trial(
        spec=order.spec,
        status="failed",
        reason=reason,
        started_at=datetime.now(UTC),
        metrics=None,
        environment=order.bench.environment,
        trainer_sha256=hash_program(order.workload, order.bench.framework),
    )
