//! Operations as columns, a few at a time: the fragments of a large description are hundreds of megabytes, which are never
//! held together.

use gatehouse_spec::{Description, NamedCallback, NamedSchema, Operation};

/// A batch is handed over once it holds this many bytes of fragments.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Or this many operations.
pub(super) const BATCH_OPERATIONS: usize = 500;

/// Columns of operations, one vector each, as `unnest` takes them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) positions: Vec<i32>,
    pub(super) keys: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) path_templates: Vec<String>,
    pub(super) operation_ids: Vec<Option<String>>,
    pub(super) slugs: Vec<String>,
    pub(super) summaries: Vec<String>,
    /// Joined by [`TAG_SEPARATOR`].
    pub(super) tags: Vec<String>,
    pub(super) deprecated: Vec<bool>,
    pub(super) webhooks: Vec<bool>,
    pub(super) routed: Vec<bool>,
    pub(super) fragments: Vec<String>,
    pub(super) parts: Parts,
    bytes: usize,
}

/// Between tags in one text: a character no tag holds after cleaning.
pub(super) const TAG_SEPARATOR: char = '\u{1f}';

/// Hands every operation over, in order; ends as soon as nobody takes them.
pub(super) fn in_batches(description: &Description, mut takes: impl FnMut(Batch) -> bool) {
    let mut fragments = description.fragments();
    let mut batch = Batch::default();
    for (position, operation) in description.operations().iter().enumerate() {
        batch.push(position, operation, fragments.json(operation));
        if batch.is_full() && !takes(std::mem::take(&mut batch)) {
            return;
        }
    }
    for (position, callback) in description.callbacks().into_iter().enumerate() {
        batch.parts.push_callback(position, callback);
    }
    for (position, schema) in description.schemas().into_iter().enumerate() {
        let fragment = fragments.schema_json(&schema.name);
        batch.push_schema(position, schema, fragment);
        if batch.is_full() && !takes(std::mem::take(&mut batch)) {
            return;
        }
    }
    if !batch.positions.is_empty() || !batch.parts.positions.is_empty() {
        takes(batch);
    }
}

/// Columns of named schemas and callbacks, as [`Batch`] has those of operations.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) kinds: Vec<String>,
    pub(super) positions: Vec<i32>,
    pub(super) names: Vec<String>,
    pub(super) slugs: Vec<String>,
    pub(super) summaries: Vec<String>,
    pub(super) operation_slugs: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) expressions: Vec<String>,
    pub(super) fragments: Vec<Option<String>>,
    pub(super) uses: Vec<String>,
    pub(super) uses_more: Vec<i32>,
}

impl Parts {
    fn push_callback(&mut self, position: usize, callback: NamedCallback) {
        self.push(
            "callback",
            position,
            &callback.name,
            callback.slug,
            &callback.summary,
        );
        self.operation_slugs.push(callback.operation);
        self.methods.push(callback.method);
        self.expressions.push(cut(&callback.expression, 2_000));
        self.fragments.push(None);
        self.uses.push("[]".to_owned());
        self.uses_more.push(0);
    }

    fn push_schema(
        &mut self,
        position: usize,
        schema: NamedSchema,
        fragment: String,
        uses: String,
    ) {
        self.push(
            "schema",
            position,
            &schema.name,
            schema.slug,
            &schema.summary,
        );
        self.operation_slugs.push(String::new());
        self.methods.push(String::new());
        self.expressions.push(String::new());
        self.fragments.push(Some(fragment));
        self.uses.push(uses);
        let more = i32::try_from(schema.uses_more).unwrap_or(i32::MAX);
        self.uses_more.push(more);
    }

    fn push(&mut self, kind: &str, position: usize, name: &str, slug: String, summary: &str) {
        let position = i32::try_from(position).unwrap_or(i32::MAX);
        self.kinds.push(kind.to_owned());
        self.positions.push(position);
        self.names.push(cut(name, 300));
        self.slugs.push(slug);
        self.summaries.push(cut(summary, 400));
    }
}

impl Batch {
    fn push(&mut self, position: usize, operation: &Operation, fragment: String) {
        let tags: Vec<_> = operation
            .tags
            .iter()
            .map(|tag| cut(tag, 100).replace(TAG_SEPARATOR, " "))
            .filter(|tag| !tag.is_empty())
            .collect();
        let summary = operation.summary.as_deref().unwrap_or_default();
        self.bytes += fragment.len();
        self.positions
            .push(i32::try_from(position).unwrap_or(i32::MAX));
        self.keys.push(clean(operation.key.as_str()));
        self.methods.push(operation.method.as_str().to_owned());
        self.path_templates.push(clean(&operation.path_template));
        self.operation_ids
            .push(operation.operation_id.as_deref().map(|id| cut(id, 300)));
        self.slugs.push(operation.slug.clone());
        self.summaries.push(cut(summary, 400));
        self.tags.push(tags.join(&TAG_SEPARATOR.to_string()));
        self.deprecated.push(operation.deprecated);
        self.webhooks.push(operation.webhook);
        self.routed.push(operation.is_routed());
        self.fragments.push(fragment);
    }

    fn push_schema(&mut self, position: usize, schema: NamedSchema, fragment: String) {
        // Texts and words of ours: always JSON.
        let uses = serde_json::to_string(&schema.uses).unwrap_or_else(|_| "[]".to_owned());
        self.bytes += fragment.len() + uses.len();
        self.parts.push_schema(position, schema, fragment, uses);
    }

    /// The keys of those that gateways route.
    pub(super) fn routed_keys(self) -> impl Iterator<Item = String> {
        let keys = self.keys.into_iter().zip(self.routed);
        keys.filter_map(|(key, is_routed)| is_routed.then_some(key))
    }

    fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES
            || self.positions.len() + self.parts.positions.len() >= BATCH_OPERATIONS
    }
}

/// At most so many characters, cleaned.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.chars()
        .take(max)
        .map(|c| if c == '\0' { '\u{fffd}' } else { c })
        .collect()
}

/// Postgres texts hold every character but this one.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
