"""attempts and arguments of tasks"""

import sqlalchemy as sa
from alembic import op

revision = "6c1a8f0f2b77"
down_revision = "bf30309488ff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("arguments_json", sa.Text(), nullable=False, server_default="{}")
        )


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("arguments_json")
        batch_op.drop_column("attempt")
