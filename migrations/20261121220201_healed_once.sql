-- When a restored database last followed this gateway to another generation: once after each restore.
alter table gateway_node add column healed_at timestamptz;
