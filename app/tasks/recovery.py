"""Never stuck: what died without a word is found, and its task is tried again or ends as failed."""

from datetime import timedelta

from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from sqlalchemy import bindparam, select

from app import clock
from app.extensions import N_, db
from app.models import IS_UNFINISHED, UNFINISHED, State, Task
from app.tasks.queue import task_queue
from app.tasks.record import move

# How long a task may show no sign of life before the broker is asked what became of its job.
SILENCE = timedelta(seconds=60)

AGAIN = N_("The last try did not succeed. It will be tried again by itself.")
INTERRUPTED = N_("The task was interrupted. Please start it again.")

OVER = (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED)
WAITING = (JobStatus.QUEUED, JobStatus.SCHEDULED)


# Every poll asks: built once, for that takes longer than to run them.
_silent = select(Task.id).where(IS_UNFINISHED, Task.updated_at < bindparam("before"))
_of_user = _silent.where(Task.user_id == bindparam("user_id"))
_of_name = _of_user.where(Task.name == bindparam("name"))


def recover(user_id: int | None = None, name: str | None = None) -> int:
    """Settle the silent tasks whose jobs have died; return how many ended as failed.

    They are those of a user, or of a user and by a name, or all. A task is silent when it has
    recorded nothing for SILENCE. While the broker cannot be reached, nothing is known about any
    job, and every task is left alone.
    """
    silent = _silent if user_id is None else _of_user if name is None else _of_name
    asked = {"before": clock.now() - SILENCE, "user_id": user_id, "name": name}
    try:
        found = db.session.connection().scalars(silent, asked).all()
        return sum(_recover(task_id) for task_id in found)
    except RedisError:
        return 0


def interrupted(task_id: str, job: Job | None = None) -> bool:
    """Record that a task's job has died; return whether that ends the task as failed.

    Else RQ runs the job again, if it has retries left, or there was nothing to end.
    """
    if job is not None and job.should_retry:
        move(task_id, UNFINISHED, job=job, state=State.QUEUED, reason=AGAIN)
        return False
    return move(task_id, UNFINISHED, job=job, state=State.FAILED, reason=INTERRUPTED)


def _recover(task_id: str) -> bool:
    queue = task_queue()
    queue.started_job_registry.cleanup()  # retries or fails the jobs of dead workers
    try:
        job = queue.job_class.fetch(task_id, queue.connection, queue.serializer)
    except NoSuchJobError:
        return interrupted(task_id)
    status = job.get_status(refresh=False)
    if status == JobStatus.QUEUED and _is_lost(job, queue):
        return _retry(job, queue)
    if status in WAITING:  # it runs again: RQ has found out before us
        move(task_id, (State.RUNNING,), job=job, state=State.QUEUED, reason=AGAIN)
    return status in OVER and move(
        task_id, UNFINISHED, job=job, state=State.FAILED, reason=INTERRUPTED
    )


def _is_lost(job: Job, queue: Queue) -> bool:
    """Return whether a job that should wait is nowhere: a worker took it, and died before it ran.

    The places are asked in the order in which a job goes through them, so as not to miss it.
    """
    return not (
        queue.get_job_position(job.id) is not None
        or job.id in queue.intermediate_queue.get_job_ids()  # RQ's workers look there
        or job.id in queue.started_job_registry
    )


def _retry(job: Job, queue: Queue) -> bool:
    """Let a lost job cost one of its tries, as any other death does."""
    failed = interrupted(job.id, job)
    with queue.connection.pipeline() as pipeline:
        if failed:
            job.set_status(JobStatus.FAILED, pipeline=pipeline)
        else:
            job.retry(queue, pipeline)
        pipeline.execute()
    return failed
