package register

import "strconv"

// models are the numbers by which CUCM knows device types: in SCCP's Register,
// in the Contact header of SIP and in its database. From the model table of
// Cisco's RisPort70 API documentation, 13 from Wireshark's list, which agrees
// in what SCCP phones use. Types that are no phones are left out.
var models = map[uint32]string{
	1: "30 SP+", 2: "12 SP+", 3: "12 SP", 4: "12 S", 5: "30 VIP",
	6: "7910", 7: "7960", 8: "7940", 9: "7935",
	12: "ATA 186", 13: "ATA 188",
	115: "7941", 119: "7971",
	302: "7985", 307: "7911", 308: "7961G-GE", 309: "7941G-GE", 348: "7931",
	358: "Unified Personal Communicator", 365: "7921", 369: "7906", 375: "TelePresence",
	404: "7962", 412: "3951", 431: "7937", 434: "7942", 435: "7945", 436: "7965", 437: "7975", 446: "3911",
	484: "7925", 493: "9971", 495: "6921", 496: "6941", 497: "6961", 503: "Client Services Framework",
	537: "9951", 540: "8961", 547: "6901", 548: "6911", 550: "ATA 187",
	562: "Dual Mode for iPhone", 564: "6945", 575: "Dual Mode for Android", 577: "7926",
	585: "8945", 586: "8941", 592: "3905", 593: "Cius",
	621: "7821", 622: "7841", 623: "7861", 647: "DX650", 652: "Jabber for Tablet", 659: "8831",
	683: "8841", 684: "8851", 685: "8861",
	20000: "7905",
	30002: "7920", 30006: "7970", 30007: "7912", 30008: "7902", 30016: "IP Communicator",
	30018: "7961", 30019: "7936",
	36042: "DX80", 36043: "DX70",
}

// Model names a device type: "7941", "8861", "IP Communicator". It returns ""
// for a number that it does not know; newer phones are named by their
// User-Agent.
func Model(number uint32) string { return models[number] }

// modelOf reads the number of a Contact header.
func modelOf(s string) (uint32, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil
}
