-- Changing the address of an account: a link to the new address proves it, a link to the old one takes it back.
alter table user_token
    -- The address the link is about: the one to come, or the one to go back to.
    add column email text;
alter table user_token drop constraint user_token_purpose_check;
alter table user_token add constraint user_token_purpose_check
    check (purpose in ('verify_email', 'reset_password', 'first_admin', 'change_email', 'undo_email'));
