package config

import (
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/x509"
)

// A Phone is what the lab puts into SEP<MAC>.cnf.xml. The zero value of a field
// after Size means the usual: SCCP, a non-secure profile, no CAPF operation, CAPF
// on the first server of the group.
type Phone struct {
	Group     []string // addresses of the CallManager group, in order
	Directory string   // directory URL
	Load      string
	Size      int // wanted length of the XML; 0: as it comes

	Protocol string // SCCP or SIP
	Security int    // 1 non-secure, 2 authenticated, 3 encrypted
	AuthMode int    // how CAPF authenticates the phone: 0 null string, 1 string, 2 LSC, 3 MIC
	CAPF     string // address of the CAPF server
	Settings string // settingsAccess: 0 none, 1 all, 2 restricted
	Stamp    string // versionStamp, which changes with every change of the file
}

// or is the usual value in the place of an empty one.
func or[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}

// XML renders the file with the elements of a 7900 phone, the CallManager group
// and the list of TVS servers made of it. Filler is a comment at the end.
func (p Phone) XML() []byte {
	var group, tvs strings.Builder
	for i, a := range p.Group {
		fmt.Fprintf(&group, `<member priority="%d">
<callManager>
<name>%s</name>
<description>%s</description>
<ports>
<ethernetPhonePort>2000</ethernetPhonePort>
<sipPort>5060</sipPort>
<securedSipPort>5061</securedSipPort>
<mgcpPorts>
<listen>2427</listen>
<keepAlive>2428</keepAlive>
</mgcpPorts>
</ports>
<processNodeName>%s</processNodeName>
</callManager>
</member>
`, i, a, a, a)
		fmt.Fprintf(&tvs, "<member priority=\"%d\">\n<port>2445</port>\n<address>%s</address>\n</member>\n", i, a)
	}
	body := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<device xsi:type="axl:XIPPhone" ctiid="12" uuid="{8d3c1f2a-52b0-4c39-a1de-0b6e40a9f715}">
<fullConfig>true</fullConfig>
<deviceProtocol>%s</deviceProtocol>
<devicePool uuid="{1b1b9eb6-7803-11d3-bdf0-00108302ead1}">
<name>Default</name>
<dateTimeSetting>
<name>CMLocal</name>
<dateTemplate>M/D/YA</dateTemplate>
<timeZone>Eastern Standard/Daylight Time</timeZone>
<olsonTimeZone>America/New_York</olsonTimeZone>
</dateTimeSetting>
<callManagerGroup>
<name>Default</name>
<tftpDefault>true</tftpDefault>
<members>
%s</members>
</callManagerGroup>
<srstInfo>
<name>Disable</name>
<srstOption>Disable</srstOption>
<userModifiable>false</userModifiable>
<isSecure>false</isSecure>
</srstInfo>
<connectionMonitorDuration>120</connectionMonitorDuration>
</devicePool>
<TVS>
<members>
%s</members>
</TVS>
<loadInformation>%s</loadInformation>
<vendorConfig>
<disableSpeaker>false</disableSpeaker>
<settingsAccess>%s</settingsAccess>
<webAccess>0</webAccess>
<sshAccess>0</sshAccess>
</vendorConfig>
<versionStamp>%s</versionStamp>
<userLocale>
<name>English_United_States</name>
<langCode>en_US</langCode>
</userLocale>
<networkLocale>United_States</networkLocale>
<deviceSecurityMode>%d</deviceSecurityMode>
<authenticationURL></authenticationURL>
<secureAuthenticationURL></secureAuthenticationURL>
<directoryURL>%s</directoryURL>
<secureDirectoryURL>%s</secureDirectoryURL>
<dscpForSCCPPhoneConfig>96</dscpForSCCPPhoneConfig>
<capfAuthMode>%d</capfAuthMode>
<capfList>
<capf>
<phonePort>3804</phonePort>
<processNodeName>%s</processNodeName>
</capf>
</capfList>
<certHash></certHash>
<encrConfig>false</encrConfig>
</device>
`, or(p.Protocol, "SCCP"), group.String(), tvs.String(), p.Load, or(p.Settings, "1"),
		or(p.Stamp, "1308922381-6d0e3f0b-1a5c-4a55-9b0c-3f1d2f7c8e11"), or(p.Security, 1), p.Directory, p.Directory,
		p.AuthMode, or(p.CAPF, p.Group[0]))
	if p.Size == 0 {
		return []byte(body)
	}
	const open, end = "<!-- ", " -->\n"
	fill := p.Size - len(body) - len(open) - len(end)
	if fill < 0 {
		panic(fmt.Sprintf("config: configuration of %d bytes does not fit into %d", len(body), p.Size))
	}
	const text = "filler of the trustline lab, up to the published length; "
	return []byte(body + open + strings.Repeat(text, fill/len(text)+1)[:fill] + end)
}

// Signed wraps a file as TFTP servers do; with a wanted total the XML is filled.
func Signed(name string, p Phone, signer *x509.Certificate, at time.Time, total int) *list.File {
	f := &list.File{Version: [2]byte{1, 0}, Name: name, Signer: signer, Time: at}
	if total > 0 {
		p.Size = total - f.HeaderLength()
	}
	f.Payload = p.XML()
	return f
}
