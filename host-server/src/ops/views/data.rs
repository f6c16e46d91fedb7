//! Custom data.

use countersign_core::data::DatumEntry;
use countersign_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;

/// A key under which something is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Datum {
    /// The key.
    #[schema(example = "preferences")]
    pub key: String,
    /// Bytes of the value.
    #[schema(example = 38)]
    pub size: u32,
    /// When it was stored last.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub updated_at: Timestamp,
}

impl From<DatumEntry> for Datum {
    fn from(entry: DatumEntry) -> Self {
        Self { key: entry.key.to_string(), size: entry.size, updated_at: entry.updated_at }
    }
}
