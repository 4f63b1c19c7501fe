//! Markdown that tries to become more than text, through every place that renders Markdown.

use gatehouse_harness::browser::Browser;
use gatehouse_harness::{TestStack, TestUpstream, skipped};
use serde_json::{Value, json};

use super::describe;
use super::fill::{Texts, markdown};
use super::roles::id_of;
use super::visitor::Visitor;
use crate::GATEHOUSE;

/// Each is a block of its own. Links in every spelling of their schemes, pictures, raw HTML, tables, nesting, and what parsers
/// of emphasis are slow at.
pub(super) const PIECES: &[&str] = &[
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](<javascript:alert(1)>) [d]( javascript:alert(1) )",
    "[a](javascript&colon;alert(1)) [b](&#106;avascript:alert(1)) [c](&#x6A;avascript:alert(1)) [d](java&Tab;script:alert(1))",
    "[a](java&#10;script:alert(1)) [b](java%0ascript:alert(1)) [c](\\javascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>) [b](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[a](vbscript:msgbox(1)) [b](VbScRiPt:msgbox(1)) [c](file:///etc/passwd) [d](blob:x) [e](view-source:javascript:alert(1))",
    "[a](//evil.test \"onmouseover=alert(1)\") [b](https://evil.test \"\\\" onmouseover=\\\"alert(1)\") [c](https://evil.test'onclick='alert(1))",
    "<javascript:alert(1)> <JAVASCRIPT:alert(1)> <data:text/html,alert(1)> <vbscript:msgbox(1)> javascript:alert(1)",
    "[a][ref] [ref] [b][REF2]\n\n[ref]: javascript:alert(1) \"title\"\n[ref2]: <data:text/html,<script>alert(1)</script>> 'onload=alert(1)'",
    "![a](javascript:alert(1)) ![b](x \"onerror=alert(1)\") ![c\"onerror=\"alert(1)](x) ![d](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[![a](x)](javascript:alert(1)) [![b](javascript:alert(1))](https://evil.test) ![[c](javascript:alert(1))](x)",
    "before <img src=x onerror=alert(1)> <svg onload=alert(1)> <iframe srcdoc=\"<script>alert(1)</script>\"></iframe> after",
    "<div onclick=alert(1)>block</div>",
    "<details open ontoggle=alert(1)><summary>more</summary></details>",
    "<form action=javascript:alert(1)><button>go</button></form>",
    "<svg><script>alert(1)</script><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<a href=\"javascript:alert(1)\">raw</a> <a href='jav\tascript:alert(1)'>raw</a>",
    "<base href=https://evil.test/> <meta http-equiv=refresh content=\"0;url=javascript:alert(1)\"> <link rel=stylesheet href=//evil.test>",
    "| <b onmouseover=alert(1)>a</b> | [b](javascript:alert(1)) |\n|:--|--:|\n| `<script>alert(1)</script>` | <img src=x onerror=alert(1)> |",
    "> - 1. > [a](javascript:alert(1))\n>   <script>alert(1)</script>\n>     - **[b](data:text/html,x)**",
    "```html\n<script>alert(1)</script>\n```",
    "```\"><script>alert(1)</script>\ncode\n```",
    "    </code></pre><script>alert(1)</script>",
    "`</code><img src=x onerror=alert(1)>` ``<svg/onload=alert(1)>``",
    "# <script>alert(1)</script> [a](javascript:alert(1))\n\n</h1><svg/onload=alert(1)>\n===",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62; &amp;lt;svg onload=alert(1)&amp;gt;",
    "********************************************************************************_________________________________a*_*_*_*_",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[a](((((((((((((((((((((((((((((((((((((((((((((((((((((((",
    "~~<del onfocus=alert(1) tabindex=1 autofocus>~~ www.evil.test\"onclick=alert(1) a@b.test\"onclick=alert(1)",
    "\\<script>alert(1)\\</script> \\[a\\](javascript:alert(1)) \\![b](javascript:alert(1))",
    "<![CDATA[<script>alert(1)</script>]]> <?php alert(1) ?> <!DOCTYPE html>",
    "<!-- a comment --> <!--> <img src=x onerror=alert(1)> --> <!-- <img title=\"--><img src=x onerror=alert(1)>\"> -->",
];

/// A description in whose every text stands hostile Markdown; beneath a mark of its own where a page has a place for it.
fn description(upstream: &str, texts: &mut Texts) -> Value {
    let plain = PIECES.join("\n\n");
    let mut said = |at: &str| texts.apart("publish_spec", at);
    let schema = json!({"type": "object", "description": said("/schema"),
                        "properties": {"a": {"type": "string", "description": said("/property")}}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Markdown", "version": "1", "description": said("/info")},
        "servers": [{"url": upstream}],
        "tags": [{"name": "texts", "description": plain}],
        "components": {"schemas": {"Text": schema},
                       "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": plain}}},
        "security": [{"key": []}],
        "paths": {"/texts": {"post": {
            "operationId": "send", "tags": ["texts"], "summary": "Send", "description": said("/operation"),
            "parameters": [{"name": "q", "in": "query", "description": said("/parameter"), "schema": {"type": "string"}}],
            "requestBody": {"description": said("/body"),
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Text"}}}},
            "responses": {"200": {"description": said("/response"), "headers": {
                "X-A": {"description": plain, "schema": {"type": "string"}}}}},
        }}},
    })
}

#[tokio::test]
async fn markdown_becomes_nothing_but_text_wherever_it_is_rendered() {
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; hostile Markdown was not shown to one");
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Markdown").await;
    let root = tenant.root().await;
    let mut texts = Texts::new(0);
    let described = description(&upstream.url(), &mut texts);
    describe::publish(&root, "marked", &described).await;
    let welcome = json!({"welcome": markdown(4_000)});
    texts.send(&root, "update_branding", &[], welcome).await;
    let guide = json!({"slug": "guide", "title": "Guide", "markdown": markdown(20_000)});
    texts.send(&root, "create_guide", &["marked"], guide).await;
    let entry = json!({"title": "Entry", "markdown": markdown(20_000)});
    texts
        .send(&root, "add_changelog_entry", &["marked"], entry)
        .await;
    let terms = json!({"slug": "terms", "title": "Terms", "markdown": markdown(20_000)});
    texts.send(&root, "create_terms", &[], terms).await;
    let question = json!({"text": markdown(4_000)});
    let asked = texts
        .send(&root, "ask_question", &["marked"], question)
        .await;
    let answer = json!({"text": markdown(4_000)});
    texts
        .send(
            &root,
            "answer_question",
            &["marked", &id_of(&asked)],
            answer,
        )
        .await;

    let mut visitor = Visitor::new(browser, &stack.portal_url(), &tenant.prefix);
    visitor.sign_in(&stack.admin().email).await;
    visitor
        .everything_below(&["/apis/marked"], str::to_owned)
        .await;
    let others = [
        "/",
        "/terms/terms",
        "/console/terms/terms",
        "/console/apis/marked/docs",
        "/console/apis/marked/guides/guide",
        "/console/settings/branding",
    ];
    for path in others {
        visitor.look_at_path(path).await;
    }
    let unseen = texts.unseen_marks(&visitor.seen);
    visitor.finish().await;
    assert_eq!(
        unseen,
        Vec::<String>::new(),
        "what was written is not shown"
    );
}
