-- The language somebody wants pages and mails in, as a tag (BCP 47); null leaves it to the browser. A tag that the program does not
-- know, of a language it no longer has, counts as null.
--
-- The program before neither reads nor writes it, and its pages stay in English.
alter table app_user
    add column language text check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
