package server

// This test is internal because masking is no part of the interface.

import "testing"

func TestMasked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, query, want string }{
		{"nothing", "RETURN 'a'", "RETURN 'a'"},
		{"user", "CREATE USER bob IDENTIFIED BY 'planted'", "CREATE USER bob IDENTIFIED BY '****'"},
		{"other quotes", `create user bob set password "pla\"nted"`, "create user bob set password '****'"},
		{"change", "ALTER CURRENT USER SET PASSWORD FROM 'planted' TO 'planted2'", "ALTER CURRENT USER SET PASSWORD FROM '****' TO '****'"},
		{"open end", "SET PASSWORD TO 'planted", "SET PASSWORD TO '****'"},
		{"setting", "SET DATABASE SETTING 'aws.secret_key' TO 'planted'", "SET DATABASE SETTING '****' TO '****'"},
		{"property", "MATCH (n {password: 'planted'}) RETURN n", "MATCH (n {password: '****'}) RETURN n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := masked(tt.query); got != tt.want {
				t.Errorf("masked(%q) = %q, want %q", tt.query, got, tt.want)
			}
		})
	}
}
