package phonelog

import (
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// fill takes what a pattern captured into an event. Detail keys are the names
// of the captures (file, server, port, bytes, status, header_length, list,
// ttl, url, level, description, transfer, role ...); addresses lose the
// "::ffff:" of an IPv4 address in IPv6 clothes.
func fill(e *catalogue.Event, m *catalogue.Match) {
	e.Detail = make(map[string]string, m.Len()+2)
	m.Constants(func(k, v string) { e.Detail[k] = v })
	for i := range m.Len() {
		k, v := m.At(i)
		e.Detail[k] = lines.Text(v)
	}
	if e.Name == "file_loaded" {
		e.Detail["file"] = e.Detail["prefix"] + e.Detail["mac"] + "." + e.Detail["suffix"]
		for _, k := range [...]string{"prefix", "mac", "suffix"} {
			delete(e.Detail, k)
		}
	}
	for _, k := range [...]string{"description", "result"} {
		// The bracket that closes them is often cut off, or on the next line.
		if v, ok := e.Detail[k]; ok {
			e.Detail[k] = strings.TrimRight(v, " ]")
		}
	}
	for _, k := range [...]string{"server", "state"} {
		if v := strings.Trim(e.Detail[k], `"`); v != "" {
			e.Detail[k] = v // xStatus puts values in quotes
		}
	}
	if s := e.Detail["server"]; s != "" {
		host, port := lines.HostPort(s)
		e.Detail["server"] = host
		if port != "" {
			e.Detail["port"] = port
		}
		e.Server = host
		if p := e.Detail["port"]; p != "" {
			e.Server = lines.Join(host, p)
		}
	}
	for _, k := range [...]string{"list", "mode", "type"} {
		if v, ok := e.Detail[k]; ok {
			switch up := strings.ToUpper(v); up {
			case "CTL", "ITL", "LSC", "MIC":
				e.Detail[k] = up
			case "IPV4":
				e.Detail[k] = "IPv4"
			case "IPV6":
				e.Detail[k] = "IPv6"
			}
		}
	}
	for _, k := range [...]string{"file", "subject", "device"} {
		if e.Phone == "" {
			e.Phone = lines.Device(e.Detail[k])
		}
	}
	if e.Phone == "" && e.Name != "https_request_start" {
		if i := strings.Index(e.Detail["url"], "name=SEP"); i >= 0 {
			e.Phone = lines.Device(e.Detail["url"][i:])
		}
	}
}
