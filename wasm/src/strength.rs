//! How many guesses a password withstands, as zxcvbn estimates it. It holds dates against the present year, and asks
//! for the time by an import of the wasm that js/clock.js answers.

use wasm_bindgen::prelude::wasm_bindgen;
use zxcvbn::feedback::Feedback;
use zxcvbn::zxcvbn;

use crate::answer;

/// The estimate for a password of somebody of whom `inputs` are known: names, addresses, the application's own words.
#[wasm_bindgen(js_name = passwordStrength)]
pub fn password_strength(typed: &str, inputs: Vec<String>) -> String {
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let estimate = zxcvbn(typed, &inputs);
    let mut json = String::from("{\"score\":");
    json.push_str(&u8::from(estimate.score()).to_string());
    json.push_str(",\"guesses\":");
    json.push_str(&estimate.guesses().to_string());
    json.push_str(",\"feedback\":");
    push_feedback(&mut json, estimate.feedback());
    json.push('}');
    answer::value(&json)
}

fn push_feedback(json: &mut String, feedback: Option<&Feedback>) {
    let warning = feedback.and_then(Feedback::warning).map(|warning| warning.to_string());
    let suggestions: Vec<String> =
        feedback.map(Feedback::suggestions).unwrap_or_default().iter().map(ToString::to_string).collect();
    json.push_str("{\"warning\":");
    match &warning {
        Some(warning) => answer::push_text(json, warning),
        None => json.push_str("null"),
    }
    json.push_str(",\"suggestions\":");
    let suggestions: Vec<_> = suggestions.iter().map(|suggestion| Some(suggestion.as_str())).collect();
    answer::push_array(json, &suggestions);
    json.push('}');
}
