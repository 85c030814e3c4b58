package temporal

// mergedZones maps zone names whose history before 1970 the time-zone database
// merged into another zone's by release 2022b to that zone. Go's copy of the
// data still carries the old histories; other Bolt servers do not, and a date
// of 1818 in Stockholm must have one offset everywhere.
var mergedZones = func() map[string]string { //nolint:gochecknoglobals // immutable table
	zones := map[string][]string{
		"Africa/Abidjan": {
			"Africa/Accra", "Africa/Bamako", "Africa/Banjul", "Africa/Conakry", "Africa/Dakar",
			"Africa/Freetown", "Africa/Lome", "Africa/Nouakchott", "Africa/Ouagadougou",
			"Atlantic/Reykjavik", "Atlantic/St_Helena",
		},
		"Africa/Johannesburg": {
			"Africa/Maseru", "Africa/Mbabane",
		},
		"Africa/Lagos": {
			"Africa/Bangui", "Africa/Brazzaville", "Africa/Douala", "Africa/Kinshasa", "Africa/Libreville",
			"Africa/Luanda", "Africa/Malabo", "Africa/Niamey", "Africa/Porto-Novo",
		},
		"Africa/Maputo": {
			"Africa/Blantyre", "Africa/Bujumbura", "Africa/Gaborone", "Africa/Harare", "Africa/Kigali",
			"Africa/Lubumbashi", "Africa/Lusaka",
		},
		"Africa/Nairobi": {
			"Africa/Addis_Ababa", "Africa/Asmara", "Africa/Dar_es_Salaam", "Africa/Djibouti",
			"Africa/Kampala", "Africa/Mogadishu", "Indian/Antananarivo", "Indian/Comoro", "Indian/Mayotte",
		},
		"America/Chicago": {
			"CST6CDT",
		},
		"America/Denver": {
			"MST7MDT",
		},
		"America/Los_Angeles": {
			"PST8PDT",
		},
		"America/New_York": {
			"EST5EDT",
		},
		"America/Panama": {
			"America/Atikokan", "America/Cayman",
		},
		"America/Phoenix": {
			"America/Creston",
		},
		"America/Puerto_Rico": {
			"America/Anguilla", "America/Antigua", "America/Aruba", "America/Blanc-Sablon",
			"America/Curacao", "America/Dominica", "America/Grenada", "America/Guadeloupe",
			"America/Montserrat", "America/Port_of_Spain", "America/St_Kitts", "America/St_Lucia",
			"America/St_Thomas", "America/St_Vincent", "America/Tortola",
		},
		"America/Toronto": {
			"America/Nassau",
		},
		"Asia/Bangkok": {
			"Asia/Phnom_Penh", "Asia/Vientiane", "Indian/Christmas",
		},
		"Asia/Dubai": {
			"Asia/Muscat", "Indian/Mahe", "Indian/Reunion",
		},
		"Asia/Kuching": {
			"Asia/Brunei",
		},
		"Asia/Qatar": {
			"Asia/Bahrain",
		},
		"Asia/Riyadh": {
			"Antarctica/Syowa", "Asia/Aden", "Asia/Kuwait",
		},
		"Asia/Singapore": {
			"Asia/Kuala_Lumpur",
		},
		"Asia/Yangon": {
			"Indian/Cocos",
		},
		"Europe/Athens": {
			"EET",
		},
		"Europe/Belgrade": {
			"Europe/Ljubljana", "Europe/Sarajevo", "Europe/Skopje", "Europe/Zagreb",
		},
		"Europe/Berlin": {
			"Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm",
		},
		"Europe/Brussels": {
			"CET", "Europe/Amsterdam", "Europe/Luxembourg", "MET",
		},
		"Europe/Lisbon": {
			"WET",
		},
		"Europe/London": {
			"Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey",
		},
		"Europe/Paris": {
			"Europe/Monaco",
		},
		"Europe/Zurich": {
			"Europe/Vaduz",
		},
		"Indian/Maldives": {
			"Indian/Kerguelen",
		},
		"Pacific/Auckland": {
			"Antarctica/McMurdo",
		},
		"Pacific/Guadalcanal": {
			"Pacific/Pohnpei",
		},
		"Pacific/Guam": {
			"Pacific/Saipan",
		},
		"Pacific/Pago_Pago": {
			"Pacific/Midway",
		},
		"Pacific/Port_Moresby": {
			"Antarctica/DumontDUrville", "Pacific/Chuuk",
		},
		"Pacific/Tarawa": {
			"Pacific/Funafuti", "Pacific/Majuro", "Pacific/Wake", "Pacific/Wallis",
		},
	}
	names := make(map[string]string, 128)
	for target, merged := range zones {
		for _, name := range merged {
			names[name] = target
		}
	}
	return names
}()
