package gather

import (
	"os"
	"reflect"
	"testing"

	"trustline/correlate/evidence"
	"trustline/dissect/cert"
)

func TestConfigOf(t *testing.T) {
	c := configOf("SEP0011215A1AE3.cnf.xml", []byte(`<device><vpnGroup><addresses><url1>https://asa.example.com/phones</url1></addresses>
<credentials><hashAlg>0</hashAlg><certHash1>q83vAA==</certHash1></credentials></vpnGroup><capfAuthMode>1</capfAuthMode></device>`))
	if c == nil || !reflect.DeepEqual(c.VPNGateways, []string{"https://asa.example.com/phones"}) || c.VPNHashAlg != "0" || !reflect.DeepEqual(c.VPNHashes, []string{"q83vAA=="}) || c.CAPFMode != "1" {
		t.Errorf("%+v", c)
	}
	if c := configOf("x", []byte("<device></device>")); c == nil || c.VPNGateways == nil || len(c.VPNGateways) != 0 {
		t.Errorf("without a VPN: %+v", c)
	}
	if c := configOf("x", []byte("<html></html>")); c != nil {
		t.Errorf("no configuration: %+v", c)
	}
}

// The CAPF certificate of a genuine CTL of release 9 or 10 has no basic
// constraints, and may sign.
func TestCertificateExtensions(t *testing.T) {
	der, err := os.ReadFile("../../dissect/cert/testdata/genuine-cucm-record4.der")
	if err != nil {
		t.Fatal(err)
	}
	c, err := cert.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	d := newDecoder(Options{})
	d.certificate(c, evidence.Place{Input: "x", Frame: 1})
	e := d.b.Objects[0].Certificate
	if e.CA != "absent" || e.PathLength != nil || !reflect.DeepEqual(e.KeyUsage, []string{"digitalSignature", "keyEncipherment", "keyCertSign"}) {
		t.Errorf("%+v", e)
	}
}
