"""outcomes of tasks"""

import sqlalchemy as sa
from alembic import op

revision = "0d2f7c4e91ab"
down_revision = "6c1a8f0f2b77"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("outcome", sa.String(length=255), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("outcome")
