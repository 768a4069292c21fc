/* Printed by make_sigv4_cases.py with botocore 1.44.5. */
static const sigv4_case CASES[] = {
    {"json_post", "logs", "eu-west-1", NULL, "POST", "https://logs.eu-west-1.amazonaws.com/",
     "Content-Type: application/x-amz-json-1.1\nX-Amz-Target: Logs_20140328.DescribeLogStreams",
     "{\"logGroupName\":\"a\"}",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/logs/aws4_request, "
     "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
     "Signature=f09f0b7893a3d907a867248e81ad4c8b9ec093bcb6b4015758aa123b21207209"},
    {"temporary_credentials", "logs", "us-gov-west-1", "TOKEN//+==", "POST",
     "https://logs.us-gov-west-1.amazonaws.com/", "", "{}",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-gov-west-1/logs/aws4_request, "
     "SignedHeaders=host;x-amz-date;x-amz-security-token, "
     "Signature=21f2b76528428e711e7dcc7f50d0bf57a2240ce6a2f6c940ad8c780ebf4019f5"},
    {"encoded_path", "toy", "eu-west-1", NULL, "GET", "https://toy.example.com/a%20b/c%2Fd/", "", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=53c5c58667420b6feab7cafd53e4ce596d584968fcee34bc2daacf596bfedbbf"},
    {"dots_are_resolved", "toy", "eu-west-1", NULL, "GET", "https://toy.example.com/a/../b/./c//d", "", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=a229d272e6dc761e33082ba66278fe135fa9851b6ce26995f52da771b5db92fb"},
    {"query_is_sorted", "toy", "eu-west-1", NULL, "GET",
     "https://toy.example.com/?b=2&a=3&a=1&B=0&empty=&flag&%C3%A9=%20", "", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=35ea5ff328a916458549dc4abb742c9917ca8a9cf6dcdacef955a70297685a2f"},
    {"a_port_is_signed", "toy", "eu-west-1", NULL, "GET", "http://127.0.0.1:8080/x", "", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=c56f8d07d0924cf0bc0445138718521c2b1e1850014d2bdd6108afff5a5ce2f7"},
    {"the_default_port_is_not", "toy", "eu-west-1", NULL, "GET", "https://toy.example.com:443/x", "", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, SignedHeaders=host;x-amz-date, "
     "Signature=f4020283a06fcc341638b4ab30e8f0a086f79966ddf15242cf460509ddd52ff1"},
    {"unsigned_headers", "toy", "eu-west-1", NULL, "GET", "https://toy.example.com/",
     "User-Agent: x\nExpect: y\nX-Amzn-Trace-Id: z\nTransfer-Encoding: q\namz-sdk-request: attempt=1; max=3", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, "
     "SignedHeaders=amz-sdk-request;host;x-amz-date, "
     "Signature=f379f8e9a55ae4c98ea6317d66e4213f7bf6d653ad250bed1e62fe9e7fc95423"},
    {"inner_spaces", "toy", "eu-west-1", NULL, "GET", "https://toy.example.com/", "X-Text:   a   b  ", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, "
     "SignedHeaders=host;x-amz-date;x-text, "
     "Signature=df45034c7c957d1716fc90cc8c603f5ce883173e2cce4368c8c6cdfbb7b289ef"},
    {"s3_key_as_it_is", "s3", "eu-west-1", NULL, "PUT",
     "https://bucket.s3.eu-west-1.amazonaws.com/a//./../b%20c/%C3%A9?x-id=PutObject",
     "x-amz-checksum-crc32: AAAAAA==\nx-amz-sdk-checksum-algorithm: CRC32", "body",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm, "
     "Signature=3d3a3a5f26a9151d4496901d7ebd5593e9223f492d8656b15a934e5e4e9f68e6"},
    {"s3_temporary", "s3", "eu-west-1", "TOKEN", "GET",
     "https://bucket.s3.eu-west-1.amazonaws.com/?list-type=2&prefix=a%2Fb", "", "",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/s3/aws4_request, "
     "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
     "Signature=67051ccddc69386e9025e76036e05dffcc15b033e887b11603987d64179dcb07"},
};
