package tvstrace

import (
	"strings"
	"testing"
)

// The certificate of Cisco TechNote 116232, as the administration page prints
// it, and the same on one line.
func TestShowCert(t *testing.T) {
	const cert = `admin:show cert own CallManager
[
  Version: V3
  Serial Number: 155841343000354463154181
  SignatureAlgorithm: SHA1withRSA (1.2.840.113549.1.1.5)
  Issuer Name: CN=JASBURNS-AD, DC=bbburns, DC=lab
  Validity From: Wed Jul 27 10:00:30 EDT 2011
           To:   Fri Jul 27 10:10:30 EDT 2012
  Subject Name: CN=CUCM8-Publisher.bbburns.lab, OU=TAC, O=Cisco, L=RTP, ST=North Carolina, C=US
  Key: RSA (1.2.840.113549.1.1.1)
  Key value: 30818902818100d265facefd00ee5ff9cfd6c826f189e1743c77d8009
  Extensions: 7 present
  [
    Extension: KeyUsage (OID.2.5.29.15)
    Critical: false
  ]
]
`
	const want = `2 cli_show_cert name=CallManager serial=21002d17000000000005 issuer=CN=JASBURNS-AD, DC=bbburns, DC=lab subject=CN=CUCM8-Publisher.bbburns.lab, OU=TAC, O=Cisco, L=RTP, ST=North Carolina, C=US not_before=Wed Jul 27 10:00:30 EDT 2011 not_after=Fri Jul 27 10:10:30 EDT 2012`
	keys := []string{"name", "serial", "issuer", "subject", "not_before", "not_after"}
	got, _, sum := scan(t, cert, keys...)
	// The listing begins on the line of its version.
	same(t, got, strings.Replace(want, "2 ", "3 ", 1))
	if sum.Unknown != 0 || sum.Dialect != DialectShowCert {
		t.Errorf("%+v", sum)
	}
	head, _, _ := strings.Cut(cert, "  Key:")
	_, fields, _ := strings.Cut(head, "[\n")
	got, _, _ = scan(t, "admin:show cert own CallManager\n"+strings.Join(strings.Fields(fields), " ")+"\n", keys...)
	same(t, got, want)
	// Two in a row are two; hex serials stay hex.
	got, _, _ = scan(t, "Version: V3\nSerial Number: 6B1D357B6841740B078FEE4A1813D5D6\nIssuer Name: CN=a\nSubject Name: CN=b\nVersion: V3\nSerial Number: 0A\nIssuer Name: CN=c\n", "serial", "subject")
	same(t, got, "1 cli_show_cert serial=6b1d357b6841740b078fee4a1813d5d6 subject=CN=b\n5 cli_show_cert serial=0a")
}

// The query of Cisco TechNote 116232; the columns are where the ruler says.
func TestCertRoles(t *testing.T) {
	got, _, sum := scan(t, `admin:run sql select c.subjectname, c.serialnumber, c.ipv4address, t.name from certificate as c, certificatetrustrolemap as r, typetrustrole as t where c.pkid = r.fkcertificate and t.enum = r.tktrustrole
subjectname                                                          serialnumber                     ipv4address  name
==================================================================== ================================ ============ =====================================
CN=CAPF-9c4cba7d;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US         0ADC6E7742914A53                 14.48.44.80  Certificate Authority Proxy Function
CN=CUCM8-Publisher.bbburns.lab;OU=TAC;O=Cisco;L=RTP                  21002d17000000000005                          Authentication and Authorization

admin:
`, "subject", "serial", "address", "role")
	same(t, got, `
4 cert_role subject=CN=CAPF-9c4cba7d;OU=TAC;O=Cisco;L=RTP;ST=North Carolina;C=US serial=0adc6e7742914a53 address=14.48.44.80 role=Certificate Authority Proxy Function
5 cert_role subject=CN=CUCM8-Publisher.bbburns.lab;OU=TAC;O=Cisco;L=RTP serial=21002d17000000000005 role=Authentication and Authorization`)
	if sum.Unknown != 0 {
		t.Errorf("%+v", sum)
	}
}

// Cisco TechNote 210541.
func TestCertificateManagement(t *testing.T) {
	got, events, sum := scan(t, `2014-08-04 15:21:21,239 INFO [main] - IN -- CertMgr.java - mainInternal(args) - 
2014-08-04 15:21:21,241 INFO [main] - op:import
2014-08-04 15:21:21,241 INFO [main] - type:trust-certs
2014-08-04 15:21:21,241 INFO [main] - unit:tomcat-trust
2014-08-04 15:21:21,294 INFO [main] - OrgName: CISCO
2014-08-04 15:21:25,773 INFO [main] - cert not available in trust store ::L=Krakow,ST=Malopolska,CN=CUCM9X,OU=TAC,O=Cisco Systems,C=PL
2014-08-04 15:21:26,484 INFO [main] - IN -- CertDBAction.java - insertCertificateInDB(certFiletoStore, info) - 
2014-08-04 15:21:26,485 INFO [main] - DBParameters ... 
PKID :		null
CN :		L=Krakow,ST=Malopolska,CN=CUCM9X,OU=TAC,O=Cisco Systems,C=PL
serialNo :	7a40f8743a793b44fe802b5f3e1e6f36
hostName :	CUCM861
issuerName :	L=Krakow,ST=Malopolska,CN=CUCM9X,OU=TAC,O=Cisco Systems,C=PL
UNIT :		tomcat-trust
ROLE :		null

2014-08-04 15:21:26,486 INFO [main] - OUT -- x
`, "op", "type", "unit", "subject", "serial", "host", "role")
	same(t, got, `
2 cert_operation op=import type=trust-certs unit=tomcat-trust
6 cert_trust_miss subject=L=Krakow,ST=Malopolska,CN=CUCM9X,OU=TAC,O=Cisco Systems,C=PL
8 cert_stored unit=tomcat-trust subject=L=Krakow,ST=Malopolska,CN=CUCM9X,OU=TAC,O=Cisco Systems,C=PL serial=7a40f8743a793b44fe802b5f3e1e6f36 host=CUCM861`)
	if c := events[0].Clock; !c.Dated || !c.Local || c.Seconds != 1407165681 || c.Nanos != 241e6 || c.Text != "2014-08-04 15:21:21,241" {
		t.Errorf("%+v", c)
	}
	if events[0].EndLine != 4 || events[2].EndLine != 15 || sum.Unknown != 1 || sum.Dialect != DialectCertMgmt {
		t.Errorf("%+v", sum)
	}
}

func TestAlarms(t *testing.T) {
	got, events, sum := scan(t, `Jun 19 12:00:00 node local7 0 : 42: node.example.com: Jun 19 2019 10:00:00.19 UTC :  %UC_CERT-0-CertExpired: %[Message=Certificate name:tomcat.der][AppID=Cisco Certificate Monitor][ClusterID=][NodeID=node]: Certificate has Expired
Mar  9 16:59:43 node local7 6 : 13: %UC_TVS-6-ITLFileRegenerated: %[AppID=Cisco Trust Verification Service]: ITL File is regenerated
%UC_CALLMANAGER-3-ConnectionFailure: %[DeviceName=SEP0011215A1AE3][Reason=2]: x
100%UC_ nothing: here
`, "service", "severity", "alarm", "message", "app_id", "node_id", "reason", "text")
	same(t, got, `
1 alarm service=UC_CERT severity=0 alarm=CertExpired message=Certificate name:tomcat.der app_id=Cisco Certificate Monitor node_id=node text=Certificate has Expired
2 alarm service=UC_TVS severity=6 alarm=ITLFileRegenerated app_id=Cisco Trust Verification Service text=ITL File is regenerated
3 alarm service=UC_CALLMANAGER severity=3 alarm=ConnectionFailure reason=2 text=x`)
	if c := events[0].Clock; !c.Dated || c.Local || c.Seconds != 1560938400 || c.Nanos != 19e7 || c.Step != 0.01 {
		t.Errorf("%+v", c)
	}
	if c := events[1].Clock; c.Dated || !c.YearUnknown || c.Seconds != (59+8)*86400+16*3600+59*60+43 || c.Text != "Mar 9 16:59:43" {
		t.Errorf("%+v", c)
	}
	if events[2].Phone != "SEP0011215A1AE3" || events[2].Clock != nil || sum.Unknown != 1 {
		t.Errorf("%+v %+v", events[2], sum)
	}
}
