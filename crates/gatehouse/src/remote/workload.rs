//! Signing in as a workload of CI: its identity token is exchanged for an access token (RFC 8693), so that CI keeps no secret.

use anyhow::{Context as _, bail};
use gatehouse_runtime::Secret;
use gatehouse_runtime::settings::Environment;
use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::refused::Refused;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// Where the identity token comes from.
#[derive(Debug)]
enum Source {
    /// GitHub: asked for at an address of the run's own, with a token of the run's own.
    Asked { url: Url, token: Secret<String> },
    /// GitLab and others: already in the environment.
    Given(Secret<String>),
}

/// A trust, and the identity that is to be exchanged by it.
#[derive(Debug)]
pub(crate) struct Workload {
    trust: String,
    source: Source,
}

impl Workload {
    /// What the environment offers; none without GATEHOUSE_CI_TRUST.
    pub(crate) fn of(environment: &Environment) -> anyhow::Result<Option<Self>> {
        let Some(trust) = environment.get("GATEHOUSE_CI_TRUST") else {
            return Ok(None);
        };
        let secret = |name: &str| {
            let value = environment.get(name)?.trim();
            (!value.is_empty()).then(|| Secret::new(value.to_owned()))
        };
        let asked = (
            environment.get("ACTIONS_ID_TOKEN_REQUEST_URL"),
            secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        );
        let source = match (secret("GATEHOUSE_ID_TOKEN"), asked) {
            (Some(token), _) => Source::Given(token),
            (None, (Some(url), Some(token))) => {
                let mut url: Url = url
                    .parse()
                    .context("reading ACTIONS_ID_TOKEN_REQUEST_URL")?;
                if let Some(audience) = environment.get("GATEHOUSE_CI_AUDIENCE") {
                    url.query_pairs_mut().append_pair("audience", audience);
                }
                Source::Asked { url, token }
            }
            _ => bail!(
                "GATEHOUSE_CI_TRUST is set, but there is no identity token: give the job `permissions: id-token: write` on GitHub, \
                 or an `id_tokens:` entry named GATEHOUSE_ID_TOKEN on GitLab"
            ),
        };
        Ok(Some(Self {
            trust: trust.trim().to_owned(),
            source,
        }))
    }

    /// Gets the identity token and exchanges it at an admin API.
    pub(super) async fn exchange(
        &self,
        client: &Client,
        api: &str,
    ) -> anyhow::Result<Secret<String>> {
        let identity = match &self.source {
            Source::Given(token) => token.clone(),
            Source::Asked { url, token } => {
                let asked = client.get(url.clone()).bearer_auth(token.expose()).send();
                let answer = asked.await.context("asking GitHub for an identity token")?;
                let answer: Value = answer
                    .error_for_status()
                    .context("asking GitHub for an identity token")?
                    .json()
                    .await
                    .context("reading GitHub's identity token")?;
                let token = answer["value"].as_str();
                Secret::new(
                    token
                        .context("GitHub's answer has no identity token")?
                        .to_owned(),
                )
            }
        };
        let form = [
            ("grant_type", GRANT),
            ("subject_token_type", JWT),
            ("subject_token", identity.expose().as_str()),
            ("audience", self.trust.as_str()),
        ];
        let sent = client.post(format!("{api}/v1/token-exchange")).form(&form);
        let response = sent
            .send()
            .await
            .with_context(|| format!("reaching the admin API at {api}"))?;
        let answer = super::api::read(response).await.map_err(|error| {
            match error.downcast::<Refused>() {
                Ok(refused) => unaccepted(refused).into(),
                Err(other) => other,
            }
        })?;
        let token = answer["access_token"].as_str();
        Ok(Secret::new(
            token.context("the exchange gave no token")?.to_owned(),
        ))
    }
}

/// A refused exchange (RFC 6749 §5.2), said like any other: whoever shows no identity that counts is not signed in.
fn unaccepted(refused: Refused) -> Refused {
    if refused.status != 400 {
        return refused;
    }
    let said = |name: &str| refused.problem[name].clone();
    Refused {
        status: 401,
        problem: json!({ "code": said("error"), "detail": said("error_description") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> anyhow::Result<Option<Workload>> {
        let environment: Environment = variables.iter().copied().collect();
        Workload::of(&environment)
    }

    #[test]
    fn the_environment_says_whether_there_is_a_workload() {
        assert!(of(&[]).unwrap().is_none());
        assert!(of(&[("GATEHOUSE_ID_TOKEN", "a.b.c")]).unwrap().is_none());
        assert!(of(&[("GATEHOUSE_CI_TRUST", "cit_1")]).is_err());
        let given = of(&[
            ("GATEHOUSE_CI_TRUST", "cit_1"),
            ("GATEHOUSE_ID_TOKEN", "a.b.c"),
        ]);
        assert!(matches!(given.unwrap().unwrap().source, Source::Given(_)));
        let asked = of(&[
            ("GATEHOUSE_CI_TRUST", "cit_1"),
            ("GATEHOUSE_CI_AUDIENCE", "https://gatehouse.example"),
            (
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                "https://run.example/token?api=2",
            ),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary"),
        ]);
        let workload = asked.unwrap().unwrap();
        assert!(!format!("{workload:?}").contains("canary"));
        let Source::Asked { url, .. } = workload.source else {
            panic!("not asked for");
        };
        assert_eq!(
            url.as_str(),
            "https://run.example/token?api=2&audience=https%3A%2F%2Fgatehouse.example"
        );
    }
}
