//! gatehouse-spec
