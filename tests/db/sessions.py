"""One short session with the database, for tests that look at it from outside the product."""

import asyncpg


async def ask(url: str, *statements: str):
    """Run the statements in one session and return the value of the last."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()
