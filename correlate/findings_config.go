package correlate

// rulesConfig are the findings on configuration and other signed files.
var rulesConfig = []*Rule{
	{
		ID: "config-signer-not-trusted", Title: "Configuration refused: its signer is not trusted",
		Sees:  "changes are not applied to the phone",
		Says:  "The phone refuses its configuration because nothing it holds knows the signer.",
		Needs: []string{"config-refused", "config-signer-untrusted"},
		Class: ClassRecoverable, Stage: stageConfig,
		Source: "Cisco TechNote 116232",
		summary: func(v *view) string {
			return sentence(v.ask("config-refused").Because) + " " + sentence(v.ask("config-signer-untrusted").Because)
		},
		remedy: func(v *view) []Step {
			return []Step{{Text: "Find out why the signer is unknown before anything is deleted: compare its serial with CallManager.pem of the serving TFTP node and with the phone's lists.", Command: "show cert own CallManager", Risk: "none"}}
		},
	},
}
