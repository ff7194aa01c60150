package tvstrace

import "testing"

// Four lines about one connection, two about another in between, and one of
// verify_cb whose connection is accepted all the same.
func TestTLSFailure(t *testing.T) {
	got, events, sum := scan(t, `10:38:26.600 |SdlSSLTCPListener::verify_cb pre-verified=0,cert verification errno= 20 ,depth=1
10:38:26.601 |SdlSSLTCPListener::verify_cb pre-verified=0,cert verification errno=20,depth=0
10:38:26.602 |HandleSSLError - Certificate verification failed:(Verification error: 20 )- unable to get local issuer certificate for 10.1.1.1:51948
10:38:26.602 |HandleSSLError - Certificate verification failed:(Verification error:18)- self signed certificate for 10.1.1.2:40000
10:38:26.603 |HandleSSLError - Certificate verification failed for 10.1.1.1:51948
10:38:26.603 |HandleSSLError - Certificate verification failed for 10.1.1.2:40000
10:38:26.604 |HandleSSLError - TLS protocol error(ssl reason code=tlsv1 alert unknown ca [1048]),lib=SSL routines [20],fun=SSL3_READ_BYTES [148], errno=0 for 10.1.1.1:51948
10:38:40.000 |SdlSSLTCPListener::verify_cb pre-verified=0,cert verification errno=19,depth=1
10:38:40.001 |New connection accepted. DeviceName=SEP0011215A1AE3, TCPPid = [1.100.13.7], IPAddr=10.1.1.3, Port=51949, Controller=[1,20,1]
`, "peer", "openssl_error", "depth", "tls_error", "reason", "lines")
	same(t, got, `
1 cert_verification_failed openssl_error=20 depth=1
2 cert_verification_failed openssl_error=20 depth=0
3 cert_verification_failed peer=10.1.1.1:51948 openssl_error=20
4 cert_verification_failed peer=10.1.1.2:40000 openssl_error=18
5 cert_verification_failed peer=10.1.1.1:51948
6 cert_verification_failed peer=10.1.1.2:40000
7 tls_protocol_error peer=10.1.1.1:51948 reason=1048
1 cm_tls_failure peer=10.1.1.1:51948 openssl_error=20 depth=0 tls_error=tlsv1 alert unknown ca reason=1048 lines=5
4 cm_tls_failure peer=10.1.1.2:40000 openssl_error=18 lines=2
8 cert_verification_failed openssl_error=19 depth=1
9 connection_accepted peer=10.1.1.3:51949`)
	if e := events[7]; e.Address != "10.1.1.1" || e.EndLine != 7 || e.Clock.Text != "10:38:26.600" || sum.Unknown != 0 {
		t.Errorf("%+v %+v", e, sum)
	}
	if e := events[10]; e.Phone != "SEP0011215A1AE3" {
		t.Errorf("%+v", e)
	}
}

// The four records of Cisco TechNote 211304, as published: glued. The name in
// the certificate is compared with the phone's, then its alternative names with
// the security profile's; the alarm is printed twice.
func TestNameMismatch(t *testing.T) {
	got, events, sum := scan(t, `08080021.043 |16:31:15.937 |AppInfo  |SIPStationD(18400) - validTLSConnection:TLS InvalidX509NameInCertificate, Rcvd=RTP-TBTP-EXPRWY-C.tbtp.local , Expected=SEP00506006EAFE. Will check SAN the next 08080021.044 |16:31:15.937 |AppInfo  |SIPStationD(18400) - validTLSConnection:TLS InvalidX509NameInCertificate Error , did not find matching SAN either, Rcvd=RTP-TBTP-EXPRWY-C.tbtp.local, Expected=Secure-EX90.tbtp.local 08080021.045 |16:31:15.937 |AppInfo  |ConnectionFailure - Unified CM failed to open a TLS connection for the indicated device Device Name:SEP00506006EAFE IP Address:xx.xx.97.108 IPV6Address: Device type:584 Reason code:2 App ID:Cisco CallManager Cluster ID:StandAloneCluster Node ID:RTP-TBTP-CUCM9  08080021.046 |16:31:15.938 |AlarmErr |AlarmClass: CallManager, AlarmName: ConnectionFailure, AlarmSeverity: Error, AlarmMessage: , AlarmDescription: Unified CM failed to open a TLS connection for the indicated device, AlarmParameters: DeviceName:SEP00506006EAFE, IPAddress:xx.xx.97.108, IPV6Address:, DeviceType:584, Reason:2, AppID:Cisco CallManager, ClusterID:StandAloneCluster, NodeID:RTP-TBTP-CUCM9,
08080090.001 |16:40:00.000 |AppInfo  |SIPStationD(18401) - validTLSConnection:TLS InvalidX509NameInCertificate, Rcvd=expressway, Expected=SEP00506006EAFF. Will check SAN the next
`, "received", "expected", "alarm", "device", "reason", "reason_name", "service", "node_id")
	same(t, got, `
1 x509_name_mismatch received=RTP-TBTP-EXPRWY-C.tbtp.local expected=Secure-EX90.tbtp.local
1 alarm alarm=ConnectionFailure device=SEP00506006EAFE reason=2 reason_name=invalid X.509 name in certificate service=CallManager node_id=RTP-TBTP-CUCM9`)
	for _, e := range events {
		if e.Phone != "SEP00506006EAFE" || e.Dialect != DialectCMSDL {
			t.Errorf("%+v", e)
		}
	}
	if sum.Unknown != 0 || sum.Detailed != nil {
		t.Errorf("%+v", sum)
	}
}

// Every alarm of the catalogue, with and without the mark before its name.
func TestKnownAlarms(t *testing.T) {
	n := 0
	for _, entry := range Entries() {
		if entry.Event != "alarm" || entry.File != "platform.tl" {
			continue
		}
		for _, name := range entry.Samples {
			n++
			for _, form := range []string{"Jun 19 2019 10:00:00.19 UTC :  %" + name + ": %[Reason=10][NodeID=cucm1]: words", "Mar  6 02:10:02 cucm-a1 local7 6 : 12: cucm-a1: " + name, "%" + name + " : words"} {
				_, events, sum := scan(t, form+"\n")
				if len(events) != 1 || events[0].Name != "alarm" || events[0].Detail["known"] != "yes" || events[0].Dialect != DialectSyslog || sum.Unknown != 0 {
					t.Errorf("%s: %+v %+v", form, events, sum)
				}
			}
		}
	}
	if n != 19 {
		t.Errorf("%d alarms", n)
	}
	_, events, _ := scan(t, "%UC_CALLMANAGER-3-EndPointTransientConnection: %[DeviceName=SEP0011215A1AE3][Reason=11]: x\n%UC_CALLMANAGER-3-EndPointUnregistered: %[DeviceName=SEP0011215A1AE3][Reason=13]: x\n")
	if len(events) != 2 || events[0].Detail["reason_name"] != "invalid X.509 name in certificate" || events[0].Phone != "SEP0011215A1AE3" || events[1].Detail["known"] != "" || events[1].Detail["reason_name"] != "" {
		t.Errorf("%+v", events)
	}
}
