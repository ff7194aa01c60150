package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sample has the elements in the nesting that CUCM writes; the values are
// made up, and three secrets are planted.
const sample = `<?xml version="1.0" encoding="UTF-8"?>
<device xsi:type="axl:XIPPhone" ctiid="7">
<deviceProtocol>SCCP</deviceProtocol>
<sshUserId>admin</sshUserId><sshPassword>CANARY-ssh</sshPassword>
<devicePool>
 <name>Default</name>
 <callManagerGroup><name>Default</name>
  <members>
   <member priority="1"><callManager><name>cucm-a2</name><ports><ethernetPhonePort>2000</ethernetPhonePort><securedSipPort>5061</securedSipPort></ports><processNodeName>10.1.1.12</processNodeName></callManager></member>
   <member priority="0"><callManager><name>cucm-a1</name><ports><ethernetPhonePort>2000</ethernetPhonePort></ports><processNodeName>10.1.1.11</processNodeName></callManager></member>
  </members>
 </callManagerGroup>
</devicePool>
<TVS><members>
 <member priority="0"><port>2445</port><address>10.1.1.11</address></member>
 <member priority="1"><port>2445</port><address>10.1.1.12</address></member>
</members></TVS>
<versionStamp>{1311776184-9c4cba7d}</versionStamp>
<loadInformation>SCCP75.9-2-1S</loadInformation>
<vendorConfig><settingsAccess>2</settingsAccess><adminPassword>CANARY-admin</adminPassword></vendorConfig>
<deviceSecurityMode>1</deviceSecurityMode>
<directoryURL>https://user:CANARY-url@10.1.1.11:8443/ccmcip/xmldirectory.jsp</directoryURL>
<capfAuthMode>0</capfAuthMode>
<capfList><capf><phonePort>3804</phonePort><processNodeName>10.1.1.11</processNodeName></capf></capfList>
<vpnGroup><addresses><url1>https://user:secret@asa.example.com/phones</url1><url2></url2><url3>https://asa2.example.com/phones</url3></addresses><credentials><hashAlg>0</hashAlg><certHash1>q83vAA==</certHash1></credentials></vpnGroup>
<certHash></certHash><encrConfig>false</encrConfig>
</device>
`

func TestParse(t *testing.T) {
	c, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Protocol:     "SCCP",
		CallManagers: []Server{{0, "10.1.1.11", "cucm-a1", "2000"}, {1, "10.1.1.12", "cucm-a2", "2000"}},
		TVS:          []Server{{0, "10.1.1.11", "", "2445"}, {1, "10.1.1.12", "", "2445"}},
		VersionStamp: "{1311776184-9c4cba7d}", Load: "SCCP75.9-2-1S", Security: "1",
		CAPF: []Server{{0, "10.1.1.11", "", "3804"}}, CAPFAuthMode: "0", Encrypted: "false",
		VPNGateways: []string{"https://asa.example.com/phones", "https://asa2.example.com/phones"}, VPNHashAlg: "0", VPNHashes: []string{"q83vAA=="}, Settings: "2",
		URLs: map[string]string{"directoryURL": "https://10.1.1.11:8443/ccmcip/xmldirectory.jsp"},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got\n%+v\nwant\n%+v", c, want)
	}
}

func TestSecretsAreDropped(t *testing.T) {
	c, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.ToUpper(reflectText(c)); strings.Contains(s, "CANARY") {
		t.Errorf("a secret was kept: %s", s)
	}
}

func reflectText(c *Config) string {
	var b strings.Builder
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		for _, s := range strings.Fields(strings.TrimSpace(toText(v.Field(i).Interface()))) {
			b.WriteString(s + " ")
		}
	}
	return b.String()
}

func toText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, " ")
	case []Server:
		var out []string
		for _, s := range v {
			out = append(out, s.Node, s.Name, s.Port)
		}
		return strings.Join(out, " ")
	case map[string]string:
		var out []string
		for k, s := range v {
			out = append(out, k, s)
		}
		return strings.Join(out, " ")
	}
	return ""
}

// A transfer that broke off still tells the group that stood before the cut.
func TestCutShort(t *testing.T) {
	i := strings.Index(sample, "<versionStamp>")
	c, err := Parse([]byte(sample[:i+20]))
	if err == nil || c == nil || len(c.CallManagers) != 2 || len(c.TVS) != 2 {
		t.Errorf("got %+v, %v; want the group and an error", c, err)
	}
	if !strings.Contains(err.Error(), "config: byte") {
		t.Errorf("error %q does not say where", err)
	}
}

func TestNotXML(t *testing.T) {
	for _, s := range []string{"", "\x00\x01\x02", "plain text"} {
		if c, err := Parse([]byte(s)); c != nil || err == nil {
			t.Errorf("Parse(%q) = %+v, %v; want nothing and an error", s, c, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(sample[:700]))
	f.Add([]byte("<device><a></b></device>"))
	f.Add([]byte("\xef\xbb\xbf<device>&amp;&nosuch;</device>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		c, err := Parse(b)
		if c == nil && err == nil {
			t.Error("neither a value nor an error")
		}
		if c != nil && (len(c.CallManagers) > maxMembers || len(c.URLs) > maxMembers) {
			t.Error("bounds passed")
		}
	})
}
