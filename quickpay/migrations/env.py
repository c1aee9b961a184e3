"""Run migrations on the connection `adapters.store.migrate` hands over, in its one transaction."""

from alembic import context

from quickpay.adapters.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_server_default=True,
    # SQLite's DDL is transactional too once the driver stops committing by itself, which `migrate` sees to.
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
