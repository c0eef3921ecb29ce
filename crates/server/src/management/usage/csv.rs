use std::fmt::Write;

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
};
use time::format_description::well_known::Rfc3339;

use super::{Amounts, Point};

const CSV_HEAD: &str = "at,connections_peak,connections_average,connection_seconds,messages,messages_in,messages_out,\
api_requests,api_messages,client_events,delivered_events,delivered_client_events,delivered_presence,\
delivered_cached,delivered_counts,webhook_requests\r\n";

/// Numbers and times only: nothing in it could be taken for a formula.
pub(super) fn table(points: &[Point]) -> HttpResponse {
    let mut text = CSV_HEAD.to_owned();
    for Point { at, amounts } in points {
        let at = at.format(&Rfc3339).expect("a time of our own");
        let numbers = [
            amounts.messages,
            amounts.messages_in,
            amounts.messages_out,
            amounts.api_requests,
            amounts.api_messages,
            amounts.client_events,
            amounts.delivered_events,
            amounts.delivered_client_events,
            amounts.delivered_presence,
            amounts.delivered_cached,
            amounts.delivered_counts,
            amounts.webhook_requests,
        ];
        let numbers = numbers.map(|number| number.to_string()).join(",");
        let Amounts { connections_peak, connections_average, connection_seconds, .. } = amounts;
        write!(text, "{at},{connections_peak},{connections_average},{connection_seconds},{numbers}\r\n")
            .expect("writing to a string does not fail");
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}
