"""Tests of views: `manage.py test`. They need neither a gate nor a pool."""

from django.contrib.auth.models import User
from django.test import AsyncClient, TestCase

from cognito_gate.integrations.django_testing import AsyncCognitoClient, CognitoClient


class PagesTest(TestCase):
    client_class = CognitoClient
    client: CognitoClient

    def test_everybody_is_greeted(self) -> None:
        self.assertContains(self.client.get("/"), "Hello, visitor.")
        self.client.sign_in("ada")
        self.assertContains(self.client.get("/"), "Hello, ada.")

    def test_drafts_are_for_editors(self) -> None:
        self.assertEqual(self.client.get("/drafts/").status_code, 401)
        self.client.sign_in("ada")
        self.assertEqual(self.client.get("/drafts/").status_code, 403)
        self.client.sign_in("ada", groups=["editors"])
        self.assertContains(self.client.get("/drafts/"), "Only editors")
        self.assertEqual(User.objects.get().groups.get().name, "editors")

    def test_the_admin_is_for_staff(self) -> None:
        self.client.sign_in("ada", groups=["admin"])
        self.assertContains(self.client.get("/admin/"), "Site administration")
        left = self.client.post("/admin/logout/")
        self.assertRedirects(left, "/auth/logout", fetch_redirect_response=False)
        self.client.sign_in("bob")
        self.assertEqual(self.client.get("/admin/").status_code, 302)

    def test_nobody_is_signed_in_after_a_sign_out(self) -> None:
        self.client.sign_in("ada")
        self.client.sign_out()
        self.assertContains(self.client.get("/"), "Hello, visitor.")

    def test_the_verified_address_is_the_accounts(self) -> None:
        self.client.sign_in("ada", email="ada@example.org", given_name="Ada")
        self.client.get("/")
        account = User.objects.get()
        self.assertEqual((account.email, account.first_name), ("ada@example.org", "Ada"))

    def test_a_password_of_djangos_still_opens_the_admin(self) -> None:
        User.objects.create_superuser("root", "root@example.com", "correct horse")
        self.client.sign_in("ada")
        self.client.login(username="root", password="correct horse")
        self.assertContains(self.client.get("/admin/"), "root")


class AsyncPagesTest(TestCase):
    async_client_class = AsyncCognitoClient
    async_client: AsyncCognitoClient

    async def test_everybody_is_greeted(self) -> None:
        self.assertIsInstance(self.async_client, AsyncClient)
        self.async_client.sign_in("ada", groups=["editors"])
        self.assertContains(await self.async_client.get("/drafts/"), "Only editors")
        self.async_client.sign_out()
        self.assertEqual((await self.async_client.get("/drafts/")).status_code, 401)
