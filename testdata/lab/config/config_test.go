package config

import (
	"encoding/xml"
	"strings"
	"testing"
)

// The file is well-formed and says what it was told to.
func TestXML(t *testing.T) {
	p := Phone{Group: []string{"10.1.1.11", "10.1.1.12"}, Load: "x", Directory: "https://a/", Protocol: "SIP", Security: 3, AuthMode: 1, CAPF: "10.1.1.1", Stamp: "s"}
	var d struct {
		Protocol string   `xml:"deviceProtocol"`
		Group    []string `xml:"devicePool>callManagerGroup>members>member>callManager>processNodeName"`
		TVS      []string `xml:"TVS>members>member>address"`
		Security int      `xml:"deviceSecurityMode"`
		Mode     int      `xml:"capfAuthMode"`
		CAPF     string   `xml:"capfList>capf>processNodeName"`
		Stamp    string   `xml:"versionStamp"`
	}
	if err := xml.Unmarshal(p.XML(), &d); err != nil {
		t.Fatal(err)
	}
	if d.Protocol != "SIP" || strings.Join(d.Group, " ") != "10.1.1.11 10.1.1.12" || len(d.TVS) != 2 || d.Security != 3 || d.Mode != 1 || d.CAPF != "10.1.1.1" || d.Stamp != "s" {
		t.Errorf("%+v", d)
	}
	p.Size = 6000
	if n := len(p.XML()); n != 6000 {
		t.Errorf("%d bytes, want 6000", n)
	}
}
