"""What tests are written with: builders, the visitor, the outbox."""
