//! gatehouse-snapshot
