-- Credentials that are for some products only; without a row one is for all that its application subscribes to.
create table credential_product (
    tenant_id uuid not null references tenant (id),
    credential_id uuid not null,
    product_id uuid not null,
    primary key (tenant_id, credential_id, product_id),
    foreign key (tenant_id, credential_id) references credential (tenant_id, id),
    foreign key (tenant_id, product_id) references product (tenant_id, id)
);
create index credential_product_of on credential_product (tenant_id, product_id);
select make_tenant_owned('credential_product');
