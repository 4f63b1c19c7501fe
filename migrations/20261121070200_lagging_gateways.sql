-- Since when a gateway lacks a change it should have long had; null: it does not.
alter table gateway_node add column lagging_since timestamptz;
