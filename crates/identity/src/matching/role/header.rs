//! What a header says, in some twenty languages.
//!
//! A header is cut to words (`dateOfBirth`, `date_of_birth` and `Date of birth` are the same three), and phrases are
//! looked for among them. The surest phrase wins, then the longest: `birth place` is no birth date, `street number` no
//! street, `company name` no person. A word in a script without spaces is looked for inside the header.

use onefold_model::normalise::fold;

use super::Role;

/// How much a phrase says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// `name`, `id`: many things.
    Weak,
    /// `surname`: one thing.
    Strong,
}

/// The role that a header names, if any.
pub(super) fn read(header: &str) -> Option<(Role, Strength)> {
    let words = words(header);
    let joined: String = words.concat();
    let mut best: Option<(Strength, usize, Role)> = None;
    for (strength, table) in [(Strength::Strong, STRONG), (Strength::Weak, WEAK)] {
        for (role, phrases) in table {
            for phrase in phrases.split(',').map(fold).filter(|phrase| !phrase.is_empty()) {
                let length = phrase.chars().count();
                let found = (strength, length, *role);
                if best.is_none_or(|best| found > best) && says(&words, &joined, &phrase) {
                    best = Some(found);
                }
            }
        }
    }
    best.map(|(strength, _, role)| (role, strength))
}

fn says(words: &[String], joined: &str, phrase: &str) -> bool {
    let parts: Vec<&str> = phrase.split(' ').collect();
    let whole = parts.concat();
    if joined == whole || words.contains(&whole) {
        return true;
    }
    if !phrase.is_ascii() && phrase.chars().any(|c| c >= '\u{0e00}') {
        return joined.contains(&whole);
    }
    words.windows(parts.len()).any(|window| window.iter().zip(&parts).all(|(word, part)| word == part))
}

/// Lower-case words: cut at anything but letters and digits, where a capital follows a small letter, and where a number
/// begins or ends.
fn words(header: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in header.chars() {
        let hump = before.is_lowercase() && c.is_uppercase();
        if hump || (before.is_alphanumeric() && c.is_alphanumeric() && before.is_ascii_digit() != c.is_ascii_digit()) {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    fold(&spaced).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

const STRONG: &[(Role, &str)] = &[
    (
        Role::GivenName,
        "first name,firstname,given name,givenname,given names,forename,forenames,fname,christian name,vorname,vornamen,\
         rufname,prenom,prenoms,primer nombre,nombre de pila,nombre,nombres,nome proprio,primeiro nome,voornaam,\
         roepnaam,fornamn,fornavn,etunimi,imie,jmeno,krestni jmeno,keresztnev,utonev,ime,prenume,ad,isim,имя,имена,\
         им'я,ονομα,الاسم الاول,שם פרטי,नाम,名,名前,名字,이름,ten goi",
    ),
    (
        Role::Surname,
        "surname,last name,lastname,family name,lname,nachname,familienname,zuname,nom de famille,nom famille,apellido,\
         apellidos,primer apellido,segundo apellido,cognome,sobrenome,apelido,achternaam,familienaam,efternamn,\
         etternavn,efternavn,sukunimi,nazwisko,prijmeni,priezvisko,vezeteknev,csaladnev,prezime,nume de familie,\
         soyad,soyadi,soyisim,фамилия,прізвище,фамилно име,επωνυμο,اسم العائلة,اللقب,שם משפחה,उपनाम,姓,苗字,名字 姓,姓氏,\
         성,ho dem",
    ),
    (
        Role::FullName,
        "full name,fullname,name surname,first and surname,first and last name,given and surname,first last,person name,\
         customer name,contact name,vollstandiger name,vor und nachname,nom complet,nom et prenom,nombre completo,\
         nombre y apellidos,nome completo,nome e cognome,volledige naam,imie i nazwisko,fullstandigt namn,фио,\
         полное имя,ονοματεπωνυμο,الاسم الكامل,שם מלא,पूरा नाम,姓名,氏名,お名前,성명,ho va ten,ho ten,ad soyad",
    ),
    (
        Role::BirthDate,
        "dob,d o b,date of birth,birth date,birthdate,birthday,birth day,born,born on,bday,geburtsdatum,geburtstag,\
         geb datum,gebdatum,geboren,geboren am,date de naissance,date naissance,naissance,fecha de nacimiento,\
         fecha nacimiento,f nacimiento,fec nac,nacimiento,data di nascita,data nascita,data de nascimento,\
         data nascimento,nascimento,geboortedatum,fodelsedatum,fodselsdato,fodselsdag,syntymaaika,syntymapaiva,\
         data urodzenia,urodzony,datum narozeni,datum narodenia,szuletesi datum,szuletesi ido,datum rodjenja,\
         datum rodenja,data nasterii,dogum tarihi,dogum gunu,дата рождения,день рождения,дата народження,\
         рожден ден,дата на раждане,ημερομηνια γεννησης,تاريخ الميلاد,תאריך לידה,जन्म तिथि,जन्मतिथि,生年月日,誕生日,\
         出生日期,生日,생년월일,ngay sinh,tanggal lahir",
    ),
    (
        Role::Date,
        "created,created at,updated,updated at,modified,registered,registered at,signup date,sign up,last seen,\
         last login,timestamp,date of death,death date,died,admission date,erstellt,erstellt am,angelegt am,\
         anmeldedatum,date de creation,fecha de alta,fecha registro,data creazione,data de cadastro,order date,\
         дата регистрации,дата создания,登録日,创建时间,注册时间",
    ),
    (
        Role::Email,
        "email,e mail,mail,email address,mail address,emailadresse,courriel,adresse mail,correo,correo electronico,\
         posta elettronica,e post,epost,sahkoposti,почта,эл почта,электронная почта,имейл,ηλεκτρονικο ταχυδρομειο,\
         البريد الالكتروني,דואר אלקטרוני,ईमेल,メール,メールアドレス,邮箱,电子邮件,電子郵件,이메일,eposta",
    ),
    (
        Role::Phone,
        "phone,telephone,tel,phone number,telephone number,mobile,mobile phone,cell,cell phone,cellphone,msisdn,fax,\
         landline,telefon,telefonnummer,telefon nummer,handy,handynummer,mobil,mobilnummer,rufnummer,portable,\
         telefono,movil,celular,cellulare,telefone,telemovel,telefoonnummer,telefoon,puhelin,puhelinnumero,numer \
         telefonu,komorka,telefonszam,telefonni cislo,телефон,номер телефона,мобильный,τηλεφωνο,κινητο,رقم الهاتف,\
         الهاتف,טלפון,फोन,फ़ोन,मोबाइल,電話,電話番号,携帯,电话,手机,手机号,전화,전화번호,휴대폰,dien thoai,telepon",
    ),
    (
        Role::Postcode,
        "postcode,post code,postal code,postalcode,zip,zip code,zipcode,zip 4,plz,postleitzahl,code postal,codepostal,\
         codigo postal,cp,cap,codice postale,codigo de endereco postal,cep,postnummer,postnr,postinumero,\
         kod pocztowy,psc,smerovaci cislo,iranyitoszam,postanski broj,cod postal,posta kodu,индекс,\
         почтовый индекс,пощенски код,ταχυδρομικος κωδικας,τκ,الرمز البريدي,מיקוד,पिन कोड,pin code,pincode,\
         郵便番号,邮编,邮政编码,우편번호",
    ),
    (
        Role::Street,
        "street,street name,street address,address 1,address line 1,addr 1,road,strasse,strassenname,str,adresse 1,rue,\
         calle,domicilio,via,indirizzo,rua,logradouro,morada,endereco,straat,straatnaam,gata,gatuadress,vej,\
         katuosoite,katu,ulica,ulice,utca,улица,вулиця,οδος,الشارع,רחוב,सड़क,住所,街道,地址,주소,sokak,cadde",
    ),
    (
        Role::HouseNumber,
        "street number,street no,house number,house no,houseno,building number,hausnummer,hausnr,haus nr,hnr,\
         numero de rue,numero calle,numero civico,civico,huisnummer,husnummer,talonumero,numer domu,nr domu,\
         cislo popisne,hazszam,номер дома,дом,αριθμος,番地,门牌号",
    ),
    (
        Role::City,
        "city,town,suburb,locality,municipality,village,birth place,birthplace,place of birth,birth city,stadt,ort,\
         wohnort,geburtsort,gemeinde,ortsname,ville,commune,localite,lieu de naissance,ciudad,localidad,municipio,\
         poblacion,lugar de nacimiento,citta,comune,luogo di nascita,luogo nascita,cidade,municipio,naturalidade,\
         local de nascimento,stad,woonplaats,plaats,geboorteplaats,postort,poststed,by,kaupunki,postitoimipaikka,\
         miasto,miejscowosc,miejsce urodzenia,mesto,obec,varos,telepules,grad,oras,sehir,город,место рождения,\
         населенный пункт,місто,πολη,المدينة,עיר,शहर,市区町村,都市,城市,市,도시,thanh pho,kota",
    ),
    (
        Role::Region,
        "state,province,region,county,prefecture,bundesland,kanton,land kreis,departement,provincia,comunidad autonoma,\
         estado,regione,uf,provincie,lan,fylke,maakunta,wojewodztwo,kraj,okres,megye,judet,il,ilce,область,регион,\
         край,νομος,المحافظة,מחוז,राज्य,都道府県,省,省份,시도",
    ),
    (
        Role::Country,
        "country,country code,country name,nation,nationality,birth country,land,staat,staatsangehorigkeit,pays,\
         nationalite,pais,nacionalidad,paese,nazione,nazionalita,nacionalidade,maa,kraj pochodzenia,panstwo,zeme,\
         orszag,drzava,tara,ulke,страна,гражданство,країна,χωρα,البلد,الدولة,מדינה,देश,国,国籍,国家,국가",
    ),
    (
        Role::Organisation,
        "company,company name,organisation,organization,organisation name,organization name,employer,business,\
         business name,firm,firma,firmenname,unternehmen,arbeitgeber,entreprise,societe,raison sociale,empresa,\
         razon social,azienda,ragione sociale,razao social,bedrijf,bedrijfsnaam,foretag,yritys,nazwa firmy,\
         spolecnost,ceg,sirket,компания,организация,предприятие,εταιρεια,الشركة,חברה,कंपनी,会社,会社名,公司,\
         公司名称,회사",
    ),
    (
        Role::Identifier,
        "ssn,soc sec,soc sec id,social security,social security number,nhs,nhs number,nino,national id,national insurance,\
         passport,passport number,tax id,tax number,tin,vat,vat id,vat number,ein,duns,lei,driver license,licence \
         number,license number,medicare,customer number,customer id,client id,account number,member id,patient id,\
         iban,website,web site,url,domain,homepage,steuernummer,steuer id,ust id,ustid,kundennummer,\
         personalausweis,ausweisnummer,sozialversicherungsnummer,versichertennummer,numero client,siren,siret,\
         numero de securite sociale,dni,nif,cif,curp,rfc,nie,pasaporte,codice fiscale,partita iva,cpf,cnpj,bsn,kvk,\
         personnummer,cpr,fodselsnummer,henkilotunnus,pesel,nip,regon,rodne cislo,oib,cnp,tc kimlik,инн,снилс,\
         паспорт,αφμ,αμκα,رقم الهوية,תעודת זהות,आधार,aadhaar,マイナンバー,身份证,身份证号,주민등록번호",
    ),
    (
        Role::Gender,
        "gender,sex,geschlecht,sexe,genre,sexo,genero,sesso,genere,geslacht,kon,kjonn,sukupuoli,plec,pohlavi,nem,spol,\
         cinsiyet,пол,стать,φυλο,الجنس,מין,लिंग,性別,性别,성별,gioi tinh",
    ),
    (
        Role::Category,
        "occupation,job,job title,profession,status,marital status,salutation,category,segment,type,beruf,anrede,\
         familienstand,profesion,ocupacion,professione,profissao,beroep,yrke,ammatti,zawod,povolani,meslek,профессия,\
         должность,επαγγελμα,المهنة,מקצוע,व्यवसाय,職業,职业,직업",
    ),
    (
        Role::Text,
        "address 2,address 3,address line 2,address line 3,addr 2,adresszusatz,complement,complemento,description,notes,\
         comment,comments,remarks,bemerkung,beschreibung,notiz,commentaire,observaciones,descripcion,note interne,\
         комментарий,описание,備考,备注,비고",
    ),
    (
        Role::Number,
        "age,amount,price,total,quantity,balance,salary,income,score,height,weight,alter,betrag,edad,importe,eta,\
         importo,возраст,сумма,年齢,年龄,金额,나이",
    ),
];

const WEAK: &[(Role, &str)] = &[
    (Role::GivenName, "first,given,middle,middle name,mname,second name,отчество"),
    (Role::Surname, "last,family,maiden name,geburtsname,nom de naissance,nom"),
    (Role::FullName, "name,naam,namn,navn,nimi,nome,nazwa,nev,nume,contact,person,customer,client,kunde"),
    (Role::BirthDate, "birth,geburt,geb"),
    (Role::Date, "date,datum,fecha,data,day,time,дата,日付,日期,날짜"),
    (Role::Street, "address,adresse,anschrift,direccion,adres,adress,osoite,cim,adresa,адрес,διευθυνση"),
    (Role::Region, "district,area"),
    (Role::City, "place,location"),
    (Role::Identifier, "id,number,no,code,key,ref,reference,uid,uuid,nummer,numero,номер,番号,编号,번호"),
    (Role::Category, "title,group,class,kind,flag,titel,label,level"),
    (Role::Text, "text,info,details,remark"),
    (Role::Number, "count,value,sum,size,anzahl"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_languages_are_read() {
        for (header, role) in [
            (" given_name", Role::GivenName),
            ("FirstName", Role::GivenName),
            ("Vorname", Role::GivenName),
            ("nom de famille", Role::Surname),
            ("Nachname", Role::Surname),
            ("фамилия", Role::Surname),
            ("姓名", Role::FullName),
            ("姓", Role::Surname),
            ("氏名", Role::FullName),
            ("full_name", Role::FullName),
            ("first_and_surname", Role::FullName),
            ("fecha_nacimiento", Role::BirthDate),
            ("дата рождения", Role::BirthDate),
            ("生年月日", Role::BirthDate),
            ("dateOfBirth", Role::BirthDate),
            ("Geburtsort", Role::City),
            ("birth_place", Role::City),
            ("postcode_fake", Role::Postcode),
            ("CAP", Role::Postcode),
            ("street_number", Role::HouseNumber),
            ("Straße", Role::Street),
            ("address_1", Role::Street),
            ("address_2", Role::Text),
            ("E-Mail-Adresse", Role::Email),
            ("Téléphone", Role::Phone),
            ("soc_sec_id", Role::Identifier),
            ("company name", Role::Organisation),
            ("city_name", Role::City),
            ("état", Role::Text),
        ] {
            let found = read(header).map(|(role, _)| role);
            if header == "état" {
                assert_eq!(found, None, "{header}");
            } else {
                assert_eq!(found, Some(role), "{header}");
            }
        }
        for header in ["c1", "c12", "", "x", "column_7", "unnamed: 0"] {
            assert_eq!(read(header), None, "{header}");
        }
    }
}
