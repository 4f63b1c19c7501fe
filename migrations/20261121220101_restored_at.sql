-- When this database was last put back from a backup by `gatehouse restore`: gateways that are ahead of it bring it up to where they are.
-- The program before neither writes nor reads it; gateways wait for the owner's commands then, as they always did.
alter table installation add column restored_at timestamptz;
grant update (restored_at) on installation to gatehouse_system;
