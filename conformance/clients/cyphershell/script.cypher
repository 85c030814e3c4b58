:param x => 41 + 1;
RETURN $x AS answer;
CREATE (:Shell {n: 1}), (:Shell {n: 2});
MATCH (s:Shell) RETURN s.n AS n ORDER BY n;
:begin
CREATE (:Shell {n: 3});
:rollback
MATCH (s:Shell) RETURN count(s) AS n;
SHOW DATABASES YIELD name, currentStatus ORDER BY name;
SHOW CONSTRAINTS YIELD type, labelsOrTypes;
