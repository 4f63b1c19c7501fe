-- Whether the provider was told to ask somebody it knows already (OpenID Connect Core 1.0 section 3.1.2.1): its answer must then say that it
-- did. The program before neither writes nor reads it, and takes such an answer as any other until it is replaced.
alter table sign_in_flow add column asked_again boolean not null default false;
