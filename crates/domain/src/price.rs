//! What a plan costs, in the words of its owner. It is told, not charged.

use crate::fault::Fault;
use serde::{Deserialize, Serialize};

use crate::api::words;

words! {
    /// What an amount is paid for again and again.
    PricePeriod {
        /// Each day of a subscription.
        Day = "day",
        /// Each month.
        Month = "month",
        /// Each year.
        Year = "year",
    }
}

/// A price: an amount for each period of a subscription, one for a thousand calls, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// ISO 4217: three capital letters.
    pub currency: String,
    /// For each period, such as `49` or `49.90`.
    #[serde(default)]
    pub amount: Option<String>,
    /// The period of `amount`.
    #[serde(default)]
    pub period: Option<PricePeriod>,
    /// For a thousand calls, such as `0.5`.
    #[serde(default)]
    pub per_thousand_calls: Option<String>,
}

/// What is wrong with a price: the member, a code and a sentence.
pub type PriceFault = (&'static str, &'static str, Fault);

/// Longest whole part of an amount, in digits.
const WHOLE_MAX: usize = 9;
/// Longest fraction of an amount, in digits.
const FRACTION_MAX: usize = 4;

/// The active codes of ISO 4217 that money is paid in; not those of metals, funds and tests.
const CURRENCIES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP \
    CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD \
    JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN \
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
    SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

impl Price {
    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<PriceFault> {
        let mut faults = Vec::new();
        if !CURRENCIES.split(' ').any(|code| code == self.currency) {
            let got = shown(&self.currency);
            faults.push(("currency", "currency", Fault::Currency(got)));
        }
        match (&self.amount, self.period) {
            (Some(_), None) => {
                faults.push(("period", "required", Fault::NoPeriod));
            }
            (None, Some(_)) => {
                faults.push(("amount", "required", Fault::NoAmount));
            }
            (None, None) if self.per_thousand_calls.is_none() => {
                faults.push(("amount", "required", Fault::NoPrice));
            }
            _ => {}
        }
        for (member, amount) in [
            ("amount", &self.amount),
            ("per_thousand_calls", &self.per_thousand_calls),
        ] {
            if let Some(amount) = amount.as_deref().filter(|amount| !is_amount(amount)) {
                let fault = Fault::Amount {
                    whole: WHOLE_MAX,
                    fraction: FRACTION_MAX,
                    got: shown(amount),
                };
                faults.push((member, "amount", fault));
            }
        }
        faults
    }

    /// "EUR 49.90 a month and EUR 0.5 for 1,000 calls".
    pub fn in_words(&self) -> String {
        let currency = &self.currency;
        let by_time = self.amount.iter().zip(self.period);
        let by_time = by_time.map(|(amount, period)| format!("{currency} {amount} a {period}"));
        let by_call = self
            .per_thousand_calls
            .iter()
            .map(|amount| format!("{currency} {amount} for 1,000 calls"));
        by_time.chain(by_call).collect::<Vec<_>>().join(" and ")
    }
}

fn shown(text: &str) -> String {
    text.chars().take(20).collect()
}

fn is_amount(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let is_canonical = whole == "0" || !whole.starts_with('0');
    digits(whole)
        && is_canonical
        && whole.len() <= WHOLE_MAX
        && fraction.is_none_or(|part| digits(part) && part.len() <= FRACTION_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monthly(amount: &str) -> Price {
        Price {
            currency: "EUR".to_owned(),
            amount: Some(amount.to_owned()),
            period: Some(PricePeriod::Month),
            per_thousand_calls: None,
        }
    }

    #[test]
    fn amounts_are_held_at_their_bounds() {
        for (amount, accepted) in [
            ("0", true),
            ("0.5", true),
            ("49.90", true),
            ("99999999", true),
            ("999999999", true),
            ("1000000000", false),
            ("1.234", true),
            ("1.2345", true),
            ("1.23456", false),
            ("", false),
            (".5", false),
            ("5.", false),
            ("-1", false),
            ("01", false),
            ("1e3", false),
            ("1,5", false),
            ("٣", false),
        ] {
            assert_eq!(monthly(amount).faults().is_empty(), accepted, "{amount}");
        }
    }

    #[test]
    fn a_price_names_a_currency_that_exists_and_something_to_pay() {
        for (currency, accepted) in [
            ("EUR", true),
            ("ZWG", true),
            ("ABC", false),
            ("eur", false),
            ("EU", false),
            ("", false),
            ("EUR USD", false),
        ] {
            let price = Price {
                currency: currency.to_owned(),
                ..monthly("1")
            };
            assert_eq!(price.faults().is_empty(), accepted, "{currency}");
        }
        let endless = Price {
            period: None,
            ..monthly("1")
        };
        assert_eq!(endless.faults()[0].0, "period");
        let nothing = Price {
            amount: None,
            ..monthly("1")
        };
        assert_eq!(nothing.faults()[0].0, "amount");
        let empty = Price {
            period: None,
            ..nothing
        };
        assert_eq!(empty.faults()[0].0, "amount");
        let both = Price {
            per_thousand_calls: Some("0.5".to_owned()),
            ..monthly("49.90")
        };
        assert_eq!(
            both.in_words(),
            "EUR 49.90 a month and EUR 0.5 for 1,000 calls"
        );
    }
}
