"""A SAML identity provider made of a key: it writes metadata and signs answers, honest or not."""

import base64
import datetime as dt
import uuid
import zlib
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.utils import OneLogin_Saml2_Utils

FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class IdentityProviderKey:
    def __init__(self, entity="https://idp.example.org/metadata"):
        self.entity = entity
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = dt.datetime.now(dt.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.org")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
            .sign(key, hashes.SHA256())
        )
        no_password = serialization.NoEncryption()
        pem = serialization.Encoding.PEM
        self.key = key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, no_password).decode()
        self.certificate = certificate.public_bytes(pem).decode()

    def metadata(self, logout=""):
        body = "".join(self.certificate.splitlines()[1:-1])
        binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
        service = f'<md:SingleLogoutService Binding="{binding}" Location="{logout}"/>' if logout else ""
        return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity}">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
<ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/sso"/>{service}
</md:IDPSSODescriptor></md:EntityDescriptor>"""

    def answer(self, *, acs, audience, in_response_to, subject="subject-1", attributes=None, signed=True):
        """A base64 SAMLResponse about `subject`; `attributes` are {name: value}."""
        now = dt.datetime.now(dt.UTC)
        issued, ends = now.strftime(FORMAT), (now + dt.timedelta(minutes=5)).strftime(FORMAT)
        begins = (now - dt.timedelta(minutes=5)).strftime(FORMAT)
        statement = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
            for name, value in (attributes or {"kind": "person"}).items()
        )
        reply = f'InResponseTo="{in_response_to}"' if in_response_to else ""
        xml = f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{issued}" Destination="{acs}" {reply}><saml:Issuer>{self.entity}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{issued}"><saml:Issuer>{self.entity}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{subject}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{acs}" {reply}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{issued}" SessionIndex="1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{statement}</saml:AttributeStatement></saml:Assertion></samlp:Response>"""  # noqa: E501
        if signed:
            sealed = OneLogin_Saml2_Utils.add_sign(
                xml, self.key, self.certificate, sign_algorithm=Names.RSA_SHA256, digest_algorithm=Names.SHA256
            )
            xml = sealed if isinstance(sealed, str) else sealed.decode()
        return base64.b64encode(xml.encode()).decode()

    def logout(self, *, sls, subject="subject-1", signed=True):
        """The query of a LogoutRequest about `subject`, as a browser carries it."""
        now = dt.datetime.now(dt.UTC).strftime(FORMAT)
        xml = f"""<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{now}" Destination="{sls}"><saml:Issuer>{self.entity}</saml:Issuer><saml:NameID>{subject}</saml:NameID></samlp:LogoutRequest>"""  # noqa: E501
        packed = zlib.compress(xml.encode())[2:-4]
        query = urlencode({"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": "there"})
        if not signed:
            return query
        query += "&" + urlencode({"SigAlg": Names.RSA_SHA256})
        key = serialization.load_pem_private_key(self.key.encode(), None)
        signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        return query + "&" + urlencode({"Signature": base64.b64encode(signature).decode()})
