-- Days before its end of which a certificate's managers were told last; a renewal begins anew.
alter table certificate add column told_days int;
create index certificate_ends on certificate (not_after);
