"""The driver's API for asyncio behind the shape of the other one.

One event loop runs in a thread of its own. Every call that gives a coroutine is
handed to it and waited for, so that the scenario is written once.
"""

import asyncio
import inspect
import threading
from concurrent.futures import ThreadPoolExecutor

import neo4j

loop = asyncio.new_event_loop()
threads = ThreadPoolExecutor(32)
threading.Thread(target=loop.run_forever, daemon=True).start()


def wait(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result()


class Waiting:
    """Waits for whatever the object behind it does."""

    def __init__(self, behind):
        self._behind = behind

    def __getattr__(self, name):
        found = getattr(self._behind, name)
        return self._call(found) if callable(found) else found

    def _call(self, method):
        def call(*args, **kwargs):
            async def run():
                out = method(*[blocking(a) if inspect.isfunction(a) else a for a in args], **kwargs)
                return await out if inspect.isawaitable(out) else out
            out = wait(run())
            return Waiting(out) if type(out).__module__.startswith("neo4j._async") else out
        return call

    def __enter__(self):
        wait(self._behind.__aenter__())
        return self

    def __exit__(self, *failure):
        wait(self._behind.__aexit__(*failure))

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return wait(self._behind.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None


def blocking(work):
    """Makes a function of a transaction one that an event loop can wait for."""
    async def run(tx):
        return await loop.run_in_executor(threads, work, Waiting(tx))
    return run


class GraphDatabase:
    @staticmethod
    def driver(*args, **kwargs):
        async def run():
            return neo4j.AsyncGraphDatabase.driver(*args, **kwargs)
        return Waiting(wait(run()))


def cancelled(d, query):
    """Cancels a running query and tells whether that was needed."""
    async def run():
        async with d._behind.session() as s:
            try:
                await asyncio.wait_for(consume(s, query), 0.2)
            except asyncio.TimeoutError:
                return True
        return False

    async def consume(s, query):
        await (await s.run(query)).consume()
    return wait(run())
