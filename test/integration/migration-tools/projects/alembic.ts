import { literal, type Step, type ToolProject, variable } from '../project.ts'

const env = `import os
from alembic import context
from sqlalchemy import create_engine, pool

# SQLAlchemy does not know the shorter scheme.
url = os.environ['${variable}'].replace('postgres://', 'postgresql://', 1)
with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
`

const file = (revision: string, follows: string, { up, down }: Step) => `from alembic import op

revision = '${revision}'
down_revision = ${follows}
branch_labels = None
depends_on = None


def upgrade():
    op.execute(${literal(up)})


def downgrade():
    op.execute(${literal(down)})
`

export const alembic: ToolProject = {
  options: { tool: 'alembic', folder: 'alembic/versions', program: ['/usr/bin/python3', '-m', 'alembic'] },
  programs: [],
  // The names are in another order than the revisions.
  files: ([first, second, third]) => ({
    'alembic.ini': '[alembic]\nscript_location = alembic\n',
    'alembic/env.py': env,
    'alembic/versions/c1_users.py': file('c1a0', 'None', first),
    'alembic/versions/a2_people.py': file('a2b0', "'c1a0'", second),
    'alembic/versions/b3_third.py': file('b3c0', "'a2b0'", third),
  }),
  keys: ['c1a0', 'a2b0', 'b3c0'],
  historyTables: ['alembic_version'],
  isOneTransaction: false,
}
