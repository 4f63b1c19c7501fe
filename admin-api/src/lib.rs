//! gatehouse-admin-api
