package pasted

import "bytes"

// xstatus recognises the status of a TelePresence endpoint (Cisco TechNote
// 211304):
//
//	*s Provisioning CUCM ITL State: Installed
//	*s Provisioning CUCM TVS Proxy 1 Server: "xx.xx.97.131"
//
// A page may have lost the line breaks: each "*s " begins another one.
func xstatus(s []byte) bool {
	return len(s) > 3 && s[1] == 's' && isBlank(s[2]) && bytes.IndexByte(s, ':') > 0
}

// nextState cuts the first state off a line of xstatus.
func nextState(s []byte) (state, rest []byte) {
	for i := 1; i+2 < len(s); i++ {
		if s[i] == '*' && s[i+1] == 's' && isBlank(s[i+2]) {
			return trim(s[:i]), s[i:]
		}
	}
	if i := bytes.Index(s, []byte("**")); i > 0 {
		s = s[:i]
	}
	return trim(s), nil
}

// readState takes a state apart; false when it says nothing about trust, or
// has no value.
func readState(s []byte, r *record) bool {
	_, s = word(s)
	i := bytes.IndexByte(s, ':')
	if i < 0 {
		return false
	}
	item, value := s[:i], bytes.Trim(trim(s[i+1:]), "\"")
	first, item := word(item)
	if len(value) == 0 || string(first) != "Provisioning" {
		return false
	}
	second, rest := word(item)
	switch string(second) {
	case "CUCM":
		item = rest
	case "Status", "Reason", "Server":
		if len(rest) > 0 {
			return false
		}
	default:
		return false
	}
	r.event(DialectXStatus, "phone_state")
	r.set("item", trim(item))
	r.set("value", value)
	if w, rest := word(item); string(trim(rest)) == "State" && (string(w) == "ITL" || string(w) == "CTL") {
		r.set("list", w)
	}
	return true
}

// clusterNode reads a row of "show network cluster": an address, one or two
// names, the role, and whether the node is authenticated.
//
//	192.0.2.10 cucm15-pub.example.lab cucm15-pub Publisher callmanager DBPub authenticated
func clusterNode(s []byte, r *record) bool {
	ip, rest := word(s)
	host, rest := word(rest)
	if !address(ip) || !numeric(ip) || len(host) == 0 {
		return false
	}
	role, rest := word(rest)
	for range 2 {
		if equalFold(role, "publisher") || equalFold(role, "subscriber") {
			break
		}
		role, rest = word(rest)
	}
	if !equalFold(role, "publisher") && !equalFold(role, "subscriber") {
		return false
	}
	state := []byte(nil)
	if i := bytes.Index(rest, []byte("authenticated")); i >= 0 {
		state = rest[i : i+len("authenticated")]
		if bytes.HasSuffix(rest[:i], []byte("not ")) {
			state = rest[i-len("not ") : i+len("authenticated")]
		}
	}
	if state == nil {
		return false
	}
	r.event(DialectCLI, "cluster_node")
	r.set("address", ip)
	r.set("host", host)
	r.set("role", role)
	r.set("state", state)
	return true
}

// expressway reads a record of an Expressway, fields in any order:
//
//	2015-05-07T07:34:01-04:00 host tvcs: UTCTime="2015-05-07 11:34:01,081" Module="network.tcp" Level="DEBUG":
//	  Src-ip="10.50.47.16" Src-port="45215" Dst-ip="10.50.47.51" Dst-port="5061" Detail="TCP Connection Closed" Reason="..."
//	Event="Outbound TLS Negotiation Error" Service="SIP" Src-ip="10.48.80.161" ... Detail="..." Common-name="..."
//
// Sources: Cisco TechNotes 117811 (the event) and 213863 (the connection).
func expressway(s []byte, r *record) bool {
	at := bytes.Index(s, []byte(`UTCTime="`))
	if at < 0 && !bytes.Contains(s, []byte(`Error"`)) {
		return false
	}
	event, module := quotedValue(s, "Event"), quotedValue(s, "Module")
	failed := negotiation(event)
	if !failed && (at < 0 || event == nil && module == nil && quotedValue(s, "Level") == nil) {
		return false
	}
	detail, reason := quotedValue(s, "Detail"), quotedValue(s, "Reason")
	utc := quotedValue(s, "UTCTime")
	switch {
	case failed:
		r.event(DialectExpressway, "tls_negotiation_error")
		direction, _ := word(event)
		r.set("direction", direction)
		r.set("reason", detail)
		r.set("common_name", quotedValue(s, "Common-name"))
		r.set("service", quotedValue(s, "Service"))
	case string(module) == "network.tcp" && wordsFold(detail, "tcp connec"):
		r.event(DialectExpressway, "expressway_connection")
		_, state := word(detail)
		r.set("state", state)
		r.set("reason", reason)
	default:
		r.kind, r.dialect, r.ignore = ignored, DialectExpressway, "a record of an Expressway that is not about a connection"
		r.set("utc", utc)
		return true
	}
	r.set("src", quotedValue(s, "Src-ip"))
	r.set("src_port", quotedValue(s, "Src-port"))
	r.set("dst", quotedValue(s, "Dst-ip"))
	r.set("dst_port", quotedValue(s, "Dst-port"))
	r.set("utc", utc)
	return true
}

// negotiation recognises "Inbound TLS Negotiation Error".
func negotiation(event []byte) bool {
	direction, rest := word(event)
	return (string(direction) == "Inbound" || string(direction) == "Outbound") && wordsFold(rest, "tls negotiation error")
}

// quotedValue gives the value of Key="value"; a blank may stand behind the
// equals sign where a page broke the line.
func quotedValue(s []byte, key string) []byte {
	for from := 0; from < len(s); {
		i := bytes.Index(s[from:], []byte(key))
		if i < 0 {
			return nil
		}
		i += from
		from = i + len(key)
		rest := s[from:]
		if i > 0 && (isAlnum(s[i-1]) || s[i-1] == '-') || len(rest) == 0 || rest[0] != '=' {
			continue
		}
		rest = trim(rest[1:])
		if len(rest) == 0 || rest[0] != '"' {
			continue
		}
		if j := bytes.IndexByte(rest[1:], '"'); j >= 0 {
			return trim(rest[1 : 1+j])
		}
	}
	return nil
}
