package correlate

import "fmt"

var _ = register(
	Question{"https-not-in-lists", "Was an HTTPS server's certificate in none of the phone's lists?", httpsNotInLists},
	Question{"https-authenticated", "Did the phone accept that HTTPS server on TVS's word?", httpsAuthenticated},
)

func httpsNotInLists(v *view) Answer {
	for i := len(v.p.all) - 1; i >= 0; i-- {
		if n := v.p.all[i]; n.is("https_cert_not_in_trust_list") {
			return yes(fmt.Sprintf("the certificate of %s is in neither list of the phone, so it asks its cache and TVS", firstOf(n.e().Server, "the HTTPS server")), n)
		}
	}
	return unknown("no HTTPS certificate outside the phone's lists is in evidence")
}

// httpsAuthenticated wants the phone's own verdict, or an answer of TVS to a
// question about an HTTPS certificate: TVS is asked about list signers too.
func httpsAuthenticated(v *view) Answer {
	var ev []*entry
	var verdict, asked *entry
	for _, n := range v.p.all {
		switch {
		case n.is("https_cert_not_in_trust_list"):
			asked = n
		case n.is("https_authenticated_via_tvs"):
			verdict = n
			ev = append(ev, n)
		case n.is("tvs_cert_auth_response") && asked != nil:
			if d, ok := n.at.sub(asked.at); !ok || d < 0 || d > 10 {
				continue
			}
			if s := n.detail("status"); s != "0" {
				return no("TVS answered with status "+s, n)
			}
			ev = append(ev, n)
		case n.is("tvs_query") && n.detail("type") == "verify" && n.detail("result") == "found":
			ev = append(ev, n)
		}
	}
	switch {
	case verdict != nil:
		return yes("TVS vouched for the HTTPS server's certificate (status 0) and the phone accepted the connection", ev...)
	case len(ev) > 0:
		return yes("TVS vouched for the HTTPS server's certificate", ev...)
	}
	return unknown("no HTTPS connection authenticated by TVS is in evidence")
}
