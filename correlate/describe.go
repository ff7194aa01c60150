package correlate

import (
	"fmt"
	"strings"
)

// saying is how one kind of log event is shown in the timeline.
type saying struct {
	stage, actor, outcome string
	text                  string // %s is filled with the named details in order
	with                  []string
}

// sayings gives every log event its line of the timeline. The level that a
// line was printed at plays no part: success lines are printed as ERR.
var sayings = map[string]saying{
	"file_request":                   {"transport", "phone", "info", "asks for %s", []string{"file"}},
	"file_download_done":             {"transport", "phone", "ok", "received %s", []string{"file", "bytes"}},
	"file_not_found":                 {"transport", "phone", "info", "%s is not on the server", []string{"file"}},
	"signed_file_requested":          {"config", "phone", "info", "holds a trust list, so it asks for the signed file %s", []string{"file"}},
	"signature_ok":                   {"itl", "phone", "ok", "verified a file's signature, header length %s", []string{"header_length"}},
	"trust_list_verified":            {"itl", "phone", "ok", "verified the trust list", nil},
	"trust_list_updated":             {"itl", "phone", "ok", "trust list updated", nil},
	"trust_list_parsed":              {"itl", "phone", "info", "parsed the trust list", nil},
	"trust_list_verification_failed": {"itl", "phone", "fail", "trust list verification failed", nil},
	"trust_list_update_failed":       {"itl", "phone", "fail", "trust list update failed", nil},
	"config_verified":                {"config", "phone", "ok", "verified its configuration %s", []string{"file"}},
	"config_refused":                 {"config", "phone", "fail", "refused its configuration %s", []string{"file"}},
	"trust_list_search":              {"tvs", "phone", "info", "searches its %s", []string{"list"}},
	"hash_match":                     {"tvs", "phone", "ok", "certificate hash matches the trust list", nil},
	"tvs_cert_verified":              {"tvs", "phone", "ok", "accepts the TVS server's certificate by its trust list", nil},
	"tcp_connect_attempt":            {"https", "phone", "info", "connects", nil},
	"https_request_start":            {"https", "phone", "info", "opens a secure URL %s", []string{"url"}},
	"tcp_connected":                  {"https", "phone", "ok", "TCP connected", nil},
	"tls_handshake_start":            {"https", "phone", "info", "starts TLS", nil},
	"tls_handshake_ok":               {"https", "phone", "ok", "TLS handshake done", nil},
	"tls_handshake_failed":           {"https", "phone", "fail", "TLS handshake failed", nil},
	"tls_alert_received":             {"https", "phone", "fail", "received the TLS alert %s", []string{"description"}},
	"tls_alert_sent":                 {"https", "phone", "fail", "sent the TLS alert %s", []string{"description"}},
	"tls_alert":                      {"https", "phone", "fail", "TLS alert %s", []string{"description"}},
	"ssl_client_error":               {"https", "phone", "fail", "the TLS client reports an error", nil},
	"server_cert_check":              {"tvs", "phone", "info", "judges the server's certificate", nil},
	"server_cert_valid":              {"tvs", "phone", "ok", "accepts the server's certificate", nil},
	"https_cert_not_in_trust_list":   {"https", "phone", "info", "the HTTPS certificate is in neither list: TVS is next", nil},
	"tvs_available":                  {"tvs", "phone", "info", "a TVS is configured", nil},
	"tvs_cert_auth_request":          {"tvs", "phone", "info", "begins to ask TVS about a certificate", nil},
	"tvs_cache_miss":                 {"tvs", "phone", "info", "not in the cache of TVS answers", nil},
	"tvs_connect_attempt":            {"tvs", "phone", "info", "connects to TVS", nil},
	"tvs_tls_connected":              {"tvs", "phone", "ok", "TLS with TVS is up", nil},
	"tvs_cert_auth_sent":             {"tvs", "phone", "info", "asks TVS: is this certificate trusted?", nil},
	"tvs_query_cert_request":         {"tvs", "phone", "info", "asks TVS for the signer's certificate", nil},
	"tvs_cert_auth_response":         {"tvs", "phone", "info", "TVS answers with status %s", []string{"status"}},
	"tvs_response":                   {"tvs", "phone", "info", "TVS answers with %s bytes", []string{"bytes"}},
	"tvs_cert_cached":                {"tvs", "phone", "ok", "keeps the answer of TVS for %s", []string{"ttl"}},
	"tvs_cache_flushed":              {"tvs", "phone", "info", "cache of TVS answers flushed", nil},
	"https_authenticated_via_tvs":    {"https", "phone", "ok", "accepts the HTTPS connection on the word of TVS", nil},
	"http_response":                  {"https", "phone", "ok", "HTTP answer %s", []string{"status"}},
	"http_ok":                        {"https", "phone", "ok", "HTTP succeeded %s", []string{"url"}},
	"tvs_phone_connection":           {"tvs", "tvs", "info", "accepted the phone's connection", nil},
	"tvs_tcp_accept":                 {"tvs", "tvs", "info", "accepted a TCP connection", nil},
	"tvs_tls_handshake_ok":           {"tvs", "tvs", "ok", "TLS handshake done %s", []string{"cipher"}},
	"tvs_cert_verification_req":      {"tvs", "tvs", "info", "received the question about a certificate", nil},
	"tvs_cert_verification_res":      {"tvs", "tvs", "info", "answers the question", nil},
	"tvs_query_cert_req":             {"tvs", "tvs", "info", "received the question for a signer", nil},
	"tvs_query_cert_res":             {"tvs", "tvs", "info", "answers with the certificate", nil},
	"tvs_cert_lookup":                {"tvs", "tvs", "info", "looks up serial %s", []string{"serial"}},
	"tvs_cert_found":                 {"tvs", "tvs", "ok", "found the certificate", nil},
	"tvs_cert_not_found":             {"tvs", "tvs", "fail", "does not know the certificate", nil},
	"host_answered":                  {"transport", "https-server", "info", "the capture holds %s packets from this host", []string{"packets"}},
	"cli_list_not_found":             {"ctl", "operator", "info", "the listing says that there is no such file", nil},
	"signature_failed":               {"itl", "phone", "fail", "refused the signature of %s", []string{"file", "reason"}},
	"trust_list_installed":           {"itl", "phone", "ok", "trust list installed %s", []string{"list"}},
	"no_trust_list":                  {"itl", "phone", "info", "no trust list installed", nil},
	"trust_lists_erased":             {"itl", "phone", "info", "erases CTL and ITL", nil},
	"ctl_absent":                     {"ctl", "phone", "info", "the server has no CTL", nil},
	"file_loaded":                    {"transport", "phone", "ok", "file arrived over HTTP", nil},
	"tls_client_cert":                {"registration", "phone", "info", "presents its %s", []string{"type"}},
	"no_lsc_fallback_mic":            {"registration", "phone", "info", "has no LSC and uses its MIC", nil},
	"registration_requested":         {"registration", "phone", "info", "asks to register", nil},
	"registration_ok":                {"registration", "callmanager", "ok", "registered, in clear", nil},
	"registration_rejected":          {"registration", "callmanager", "fail", "registration rejected %s", []string{"reason"}},
	"registration_reset":             {"registration", "callmanager", "info", "tells the phone to reset", nil},
	"registration_unregistered":      {"registration", "phone", "info", "unregisters", nil},
	"phone_out_of_service":           {"registration", "phone", "info", "tells why it registers anew %s", []string{"reason"}},
	"phone_held_lists":               {"itl", "phone", "info", "tells the hashes of its lists", nil},
	"dhcp_ack":                       {"transport", "dhcp", "ok", "address given %s", []string{"address"}},
	"dhcp_nak":                       {"transport", "dhcp", "fail", "address refused", nil},
	"dhcp_no_answer":                 {"transport", "phone", "fail", "asks for an address, no offer", nil},
	"cdp_phone":                      {"transport", "phone", "info", "announces itself by CDP", nil},
	"lldp_phone":                     {"transport", "phone", "info", "announces itself by LLDP", nil},
	"dns_nxdomain":                   {"transport", "dns", "fail", "name %s does not exist", []string{"name"}},
	"dns_failed":                     {"transport", "dns", "fail", "name %s: the server reports an error", []string{"name"}},
	"dns_no_answer":                  {"transport", "dns", "fail", "name %s: no answer", []string{"name"}},
	"eap_failure":                    {"transport", "switch", "fail", "802.1X refuses the phone", nil},
	"dot1x_failed":                   {"transport", "switch", "fail", "802.1X refuses the phone", nil},
	"cli_show_cert":                  {"transport", "operator", "info", "a server's certificate: %s", []string{"name", "serial", "not_after"}},
	"plain_file_requested":           {"config", "phone", "info", "asks for a file without a signature", nil},
	"eap_success":                    {"transport", "switch", "ok", "802.1X accepts the phone", nil},
	"syslog_alarm":                   {"transport", "server", "info", "alarm %s", []string{"alarm"}},
	"http_no_answer":                 {"transport", "phone", "fail", "provisioning port 6970 does not answer", nil},
	"http_refused":                   {"transport", "tftp", "fail", "provisioning port 6970 is closed", nil},
	"alarm":                          {"transport", "server", "info", "alarm %s", []string{"alarm"}},
	"tvs_issuer":                     {"tvs", "tvs", "info", "issuer asked for: %s", []string{"issuer"}},
	"tvs_serial":                     {"tvs", "tvs", "info", "serial asked for: %s", []string{"serial"}},

	"tftp_rrq":             {"transport", "tftp", "info", "was asked for %s over TFTP", []string{"file"}},
	"http_get":             {"transport", "tftp", "info", "was asked for %s over HTTP", []string{"file"}},
	"tftp_local_miss":      {"transport", "tftp", "info", "does not have %s itself", []string{"file"}},
	"tftp_404":             {"transport", "tftp", "info", "answers that %s does not exist", []string{"file"}},
	"tftp_nak":             {"transport", "tftp", "info", "answers with TFTP error %s", []string{"error", "file"}},
	"file_served":          {"transport", "tftp", "ok", "sent %s", []string{"file"}},
	"proxy_local":          {"transport", "tftp", "info", "has the file itself and asks no other cluster", nil},
	"proxy_search_result":  {"transport", "tftp", "info", "asked the other clusters: %s", []string{"file", "result"}},
	"proxy_fetch":          {"transport", "tftp", "info", "asked another cluster for %s", []string{"file", "cluster"}},
	"http_503":             {"transport", "tftp", "info", "busy (503) %s", []string{"file", "reason"}},
	"http_404":             {"transport", "tftp", "info", "not found (404) %s", []string{"file"}},
	"tftp_503_max":         {"transport", "tftp", "fail", "is full: as many transfers are open as it allows", nil},
	"itl_unchanged":        {"transport", "tftp", "info", "built the ITL anew, and it is the same", nil},
	"tftp_timeout":         {"transport", "phone", "fail", "got no TFTP answer in time %s", []string{"file"}},
	"tftp_error":           {"transport", "phone", "fail", "does not understand the TFTP error", nil},
	"tftp_access_error":    {"transport", "phone", "fail", "the TFTP server points to a directory that does not exist", nil},
	"file_download_failed": {"transport", "phone", "fail", "the download of %s failed", []string{"file", "status"}},

	"capf_phone_connection":    {"capf", "capf", "info", "accepted the phone's connection", nil},
	"capf_tls_handshake_ok":    {"capf", "capf", "ok", "TLS handshake done %s", []string{"cipher"}},
	"capf_auth_req":            {"capf", "capf", "info", "asks the phone to prove itself", nil},
	"capf_request_in_progress": {"capf", "capf", "info", "the phone is making its key", nil},
	"capf_key_gen_res":         {"capf", "capf", "ok", "received the phone's new key", nil},
	"capf_message":             {"capf", "capf", "info", "message %s", []string{"type"}},
	"capf_state":               {"capf", "capf", "info", "event %s", []string{"event", "state"}},
	"capf_cert_generated":      {"capf", "capf", "ok", "issued the LSC", nil},
	"capf_cert_upgraded":       {"capf", "capf", "ok", "the phone stored its LSC", nil},
	"capf_result":              {"capf", "capf", "info", "result %s", []string{"result_code", "result"}},
	"capf_session":             {"capf", "capf", "info", "session with the phone, result %s", []string{"result_code", "result"}},
	"no_valid_capf_server":     {"capf", "phone", "fail", "knows no valid CAPF server", nil},
	"lsc_state":                {"capf", "phone", "info", "LSC: %s", []string{"state"}},
	"fips_key_too_small":       {"registration", "phone", "fail", "refuses the server's key as too short for FIPS", nil},
	"tls_start":                {"registration", "phone", "info", "starts TLS, %s", []string{"purpose"}},
	"tls_session_cached":       {"registration", "phone", "ok", "keeps the TLS session", nil},
	"http_result":              {"https", "phone", "info", "HTTPS request ended with code %s", []string{"code"}},
	"cert_verification":        {"registration", "callmanager", "ok", "verified the phone's certificate, depth %s", []string{"depth"}},
	"cert_verification_failed": {"registration", "callmanager", "fail", "did not verify the phone's certificate, error %s", []string{"openssl_error"}},
	"cm_tls_failure":           {"registration", "callmanager", "fail", "the phone's TLS connection failed %s", []string{"text", "tls_error"}},
	"tls_protocol_error":       {"registration", "callmanager", "fail", "the phone's TLS handshake failed: %s", []string{"text"}},
	"connection_accepted":      {"registration", "callmanager", "info", "accepted the phone's connection", nil},
	"security_modes":           {"registration", "callmanager", "info", "security modes of cluster and device: %s", []string{"cluster", "device_mode"}},
	"tls_cipher":               {"registration", "callmanager", "ok", "registered over TLS %s", []string{"cipher"}},
	"x509_name_mismatch":       {"registration", "callmanager", "fail", "read the name %s", []string{"received"}},
}

// describe fills in how an entry is shown. It decides nothing: outcome is how
// the line is drawn.
func (k *kase) describe(n *entry) {
	switch {
	case n.fact != nil || n.obj != nil:
		return
	}
	n.described = new(described)
	switch {
	case n.e().Transfer != nil:
		describeTransfer(n)
		return
	case n.e().TLS != nil:
		k.describeTLS(n)
		return
	case n.name == "tvs_query":
		describeQuery(n)
		return
	case n.sourceKind() == "pasted":
		describePasted(n)
		return
	}
	s, ok := sayings[n.name]
	if !ok {
		s = saying{stage: "transport", actor: n.sourceKind(), outcome: "info", text: strings.ReplaceAll(n.name, "_", " ")}
		if strings.HasPrefix(n.name, "tvs_") {
			s.stage = "tvs"
		}
	}
	n.stage, n.actor, n.outcome = s.stage, s.actor, s.outcome
	n.summary = s.text
	if strings.Contains(s.text, "%s") {
		var vals []string
		for _, key := range s.with {
			if v := n.detail(key); v != "" {
				if key == "bytes" && len(s.with) > 1 {
					v = "(" + v + " bytes)"
				}
				vals = append(vals, v)
			}
		}
		n.summary = strings.TrimSpace(fmt.Sprintf(s.text, strings.Join(vals, " ")))
	}
	if n.e().Server != "" && n.actor == "phone" {
		n.summary += " [" + n.e().Server + "]"
	}
	if n.is("file_request", "file_download_done", "file_not_found", "file_download_failed", "tftp_timeout", "tftp_rrq", "http_get", "tftp_local_miss", "tftp_404", "tftp_nak", "file_served", "proxy_fetch", "proxy_search_result") {
		if k := fileKind(n.detail("file")); k != "other" {
			n.stage = k
		}
	}
	if n.is("tvs_cert_auth_response") {
		n.outcome = "ok"
		if n.detail("status") != "0" {
			n.outcome = "fail"
		}
	}
	if n.is("tcp_connected", "tls_handshake_start", "tls_handshake_ok", "tls_handshake_failed", "tls_alert_received") && portOf(n.e().Server) == "2445" {
		n.stage = "tvs"
	}
}

func describeTransfer(n *entry) {
	t := n.e().Transfer
	n.actor, n.stage = "tftp", fileKind(t.File)
	if n.stage == "other" {
		n.stage = "transport"
	}
	proto := strings.ToUpper(t.Proto)
	switch t.Outcome {
	case "complete":
		n.outcome = "ok"
		n.summary = fmt.Sprintf("%s %s from %s: %d bytes", proto, t.File, t.Server, t.Bytes)
	case "error":
		n.outcome = "info"
		n.summary = fmt.Sprintf("%s %s from %s: error %s", proto, t.File, t.Server, errorText(t.ErrorCode, t.Error))
	case "no-response":
		n.outcome = "fail"
		n.summary = fmt.Sprintf("%s %s asked of %s: no answer", proto, t.File, t.Server)
	default:
		n.outcome = "fail"
		n.summary = fmt.Sprintf("%s %s from %s: broken off after %d bytes", proto, t.File, t.Server, t.Bytes)
	}
}

func errorText(code *int, msg string) string {
	if code == nil {
		return msg
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", *code, msg))
}

func (k *kase) describeTLS(n *entry) {
	t := n.e().TLS
	n.actor = map[string]string{"tvs": "tvs", "capf": "capf", "sccp-tls": "callmanager", "sip-tls": "callmanager", "provisioning": "tftp"}[t.Service]
	if n.actor == "" {
		n.actor = "https-server"
	}
	n.stage = map[string]string{"tvs": "tvs", "capf": "capf", "sccp-tls": "registration", "sip-tls": "registration"}[t.Service]
	if n.stage == "" {
		n.stage = "https"
	}
	cert := ""
	if len(t.ServerCertificates) > 0 {
		if c := k.cert(t.ServerCertificates[0]); c != nil {
			cert = fmt.Sprintf(", certificate %s serial %s", firstOf(commonName(c.Subject), c.Subject), c.Serial)
		}
	}
	var end string
	n.outcome = "info"
	switch t.Outcome {
	case "established":
		n.outcome, end = "ok", "established"
		if t.Resumed {
			end = "resumed"
		}
	case "no-answer":
		n.outcome, end = "fail", fmt.Sprintf("%d SYN, no answer", len(t.Syns))
	case "refused":
		n.outcome, end = "fail", "refused by reset"
	case "alert":
		n.outcome, end = "fail", "alert"
		for _, a := range t.Alerts {
			end = fmt.Sprintf("alert %s from the %s", a.Description, a.From)
			break
		}
	case "closed", "reset":
		if t.Hidden {
			end = "TLS 1.3, " + t.Outcome + "; whether it was accepted cannot be seen"
			break
		}
		n.outcome, end = "fail", t.Outcome+" before the handshake was done"
		if t.ClosedBy != "" {
			end += " by the " + t.ClosedBy
		}
	default:
		end = "how it ended is not in the capture"
		if t.Hidden {
			end = "TLS 1.3, whether it was accepted cannot be seen"
		}
	}
	n.summary = fmt.Sprintf("TLS to %s: %s%s", t.Server, end, cert)
}

func describeQuery(n *entry) {
	n.stage, n.actor = "tvs", "tvs"
	what := "is this certificate trusted"
	if n.detail("type") == "query" {
		what = "give me this signer"
	}
	serial := n.detail("serial")
	if serial != "" {
		serial = " (serial " + serial + ")"
	}
	n.outcome = "info"
	res := "no answer in the trace"
	switch n.detail("result") {
	case "found":
		n.outcome, res = "ok", "found"
	case "not-found":
		n.outcome, res = "fail", "not found in any cache"
	}
	n.summary = fmt.Sprintf("TVS question %q%s: %s", what, serial, res)
}
