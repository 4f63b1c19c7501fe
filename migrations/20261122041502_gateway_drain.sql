-- Gateways that an operator takes out of rotation: since when it is asked of them, and since when they say that they do it. The
-- program before asks it of nobody; its acknowledgements leave both as they are.
alter table gateway_node add column drain_asked_at timestamptz;
alter table gateway_node add column draining_at timestamptz;
